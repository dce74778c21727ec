/** Cuts a list into batches of this size; the last one may be smaller. */
export function cutBatches<Element>(elements: readonly Element[], size: number): Element[][] {
  return Array.from({ length: Math.ceil(elements.length / size) }, (_, index) =>
    elements.slice(index * size, (index + 1) * size),
  );
}

/** Runs all tasks, this many at a time. */
export async function runConcurrently<Task>(
  tasks: readonly Task[],
  concurrency: number,
  run: (task: Task) => Promise<unknown>,
): Promise<void> {
  const remaining = tasks.values();
  const worker = async () => {
    for (const task of remaining) await run(task);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
