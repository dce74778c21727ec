type Close = () => Promise<void>;

/** What this test file has opened and not closed yet, in order of opening. */
const open: { name: string; close: Close }[] = [];

/**
 * Closes something at the end of the test file, even if tests failed.
 *
 * @returns closes it earlier; it is closed only once.
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

/** Closes everything in reverse order, even if one fails, and then throws the failures. */
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
