type Close = () => Promise<void>;

/** What this test file has opened and not closed yet, in the order it was opened. */
const open: { name: string; close: Close }[] = [];

/**
 * Sees to it that something is closed when the test file is done, however its tests ended.
 *
 * @returns how to close it earlier, by hand; it is closed once, whoever comes first.
 */
export function closeAtEndOfFile(name: string, close: Close): Close {
  const entry = { name, close };
  open.push(entry);
  return async () => {
    const at = open.indexOf(entry);
    if (at === -1) return;
    open.splice(at, 1);
    await close();
  };
}

/** Closes everything in reverse, also when one of them fails, and then throws what failed. */
export async function closeEverything(): Promise<void> {
  const errors: Error[] = [];
  for (const { name, close } of open.splice(0).toReversed()) {
    try {
      await close();
    } catch (cause) {
      errors.push(new Error(`${name}: ${String(cause)}`, { cause }));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map((error) => error.message).join('\n'));
}
