/** npm passes a Ctrl-C on to a process that has it from the terminal already: one key press arrives twice. */
const SAME_KEY_MS = 500;

/**
 * Listens for the user's wish to stop: Ctrl-C, `kill`, a closed terminal, or an output that nobody reads any more.
 *
 * @param onFirst called once.
 * @param onAgain called when the user asks again and does not want to wait.
 * @returns stops listening.
 */
export function listenForInterrupts(onFirst: () => void, onAgain: () => void): () => void {
  let firstAt: number | undefined;
  const first = () => {
    if (firstAt !== undefined) return;
    firstAt = Date.now();
    onFirst();
  };
  const interrupt = () => {
    if (firstAt !== undefined && Date.now() - firstAt > SAME_KEY_MS) onAgain();
    first();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, interrupt);
  process.stdout.on('error', first);
  return () => {
    for (const signal of signals) process.off(signal, interrupt);
  };
}

/** The exit code that a shell reports for a command that Ctrl-C ended. */
export const INTERRUPTED = 130;

/** Returns a signal that is aborted when the user asks to stop. */
export function stopOnInterrupt(): { signal: AbortSignal; stopListening: () => void } {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  return { signal: stopping.signal, stopListening: listenForInterrupts(stop, stop) };
}
