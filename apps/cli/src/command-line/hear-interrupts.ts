/** npm passes a Ctrl-C on to what has got it from the terminal already: the same key pressed once arrives twice. */
const SAME_KEY_MS = 500;

/**
 * Hears the user's wish to stop: Ctrl-C, `kill`, a closed terminal, or an output that nobody reads any more.
 *
 * @param onFirst told once.
 * @param onAgain told when the user asks again: he does not want to wait.
 * @returns how to listen no more.
 */
export function hearInterrupts(onFirst: () => void, onAgain: () => void): () => void {
  let firstAt: number | undefined;
  const hearFirst = () => {
    if (firstAt !== undefined) return;
    firstAt = Date.now();
    onFirst();
  };
  const hear = () => {
    if (firstAt !== undefined && Date.now() - firstAt > SAME_KEY_MS) onAgain();
    hearFirst();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  process.stdout.on('error', hearFirst);
  return () => {
    for (const signal of signals) process.off(signal, hear);
  };
}
