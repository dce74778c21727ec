type Close = () => Promise<void>;

/** Something that is open. */
interface Opened {
  name: string;
  close: Close;
}

/** What this test file has opened and not closed yet, in order of opening. */
const open = new Set<Opened>();

/**
 * Closes something at the end of the test that opened it, even if the test failed; at the end of the file what was opened
 * outside a test or by concurrent ones.
 *
 * @returns closes it earlier; it is closed only once.
 */
export function closeAtEnd(name: string, close: Close): Close {
  const opened = { name, close };
  open.add(opened);
  return async () => {
    if (open.delete(opened)) await close();
  };
}

/** What is open now. */
export function listOpen(): ReadonlySet<Opened> {
  return new Set(open);
}

/** Closes everything but `kept`, in reverse order, even if one fails, and then throws the failures. */
export async function closeEverything(kept: ReadonlySet<Opened> = new Set()): Promise<void> {
  const errors: Error[] = [];
  for (const opened of [...open].toReversed()) {
    if (kept.has(opened) || !open.delete(opened)) continue;
    const { name, close } = opened;
    try {
      await close();
    } catch (cause) {
      errors.push(new Error(`${name}: ${String(cause)}`, { cause }));
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map((error) => error.message).join('\n'));
}
