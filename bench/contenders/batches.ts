/** Cuts a list into batches of so many; the last one may be smaller. */
export function cutBatches<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/** Has so many workers take the tasks in turn. */
export async function share<Task>(
  tasks: readonly Task[],
  workers: number,
  work: (task: Task) => Promise<unknown>,
): Promise<void> {
  const left = tasks.values();
  const worker = async () => {
    for (const task of left) await work(task);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
