import { Worker } from 'node:worker_threads';

/** How long the event loop may stand still. A full garbage collection or a body of 32 MB takes less than a second. */
const FROZEN_AFTER_MS = 60_000;

const BEAT_MS = 1_000;

/** What the thread needs to know. */
export interface EventLoopWatch {
  /** One number, which grows as long as the event loop turns. */
  beats: SharedArrayBuffer;
  checkEveryMs: number;
  /** How many checks in a row may find the same number. */
  checks: number;
}

/**
 * Ends the process with SIGKILL when its event loop has stood still for a minute, so that its platform restarts it: a process
 * in an endless loop answers neither a health check nor SIGTERM, and Docker restarts no unhealthy container.
 *
 * A thread of its own watches. It counts its own checks, so that time for which the whole process was suspended does not count.
 */
export function endWhenFrozen(afterMs = FROZEN_AFTER_MS): void {
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const count = new Int32Array(beats);
  setInterval(() => Atomics.add(count, 0, 1), BEAT_MS).unref();
  const watch: EventLoopWatch = { beats, checkEveryMs: BEAT_MS, checks: Math.ceil(afterMs / BEAT_MS) };
  new Worker(new URL('watch-event-loop.js', import.meta.url), {
    workerData: watch,
    execArgv: [],
    // It holds nothing: the defaults would reserve a heap as large as that of the process.
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  }).unref();
}
