import { hearInterrupts } from './hear-interrupts.ts';

/** A signal that is aborted when the user wishes to stop, and how to listen no more. */
export function stopOnInterrupt(): { signal: AbortSignal; stopHearing: () => void } {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  return { signal: stopping.signal, stopHearing: hearInterrupts(stop, stop) };
}
