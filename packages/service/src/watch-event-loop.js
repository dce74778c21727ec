import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/*
 * The thread of `endWhenFrozen`. It is JavaScript, because a thread that must first load what strips types takes another 10 MB.
 */

/** @type {import('./end-when-frozen.ts').EventLoopWatch} */
const { beats, checkEveryMs, checks } = workerData;
const count = new Int32Array(beats);
let seen = -1;
let unchanged = 0;

setInterval(() => {
  const now = Atomics.load(count, 0);
  unchanged = now === seen ? unchanged + 1 : 0;
  seen = now;
  if (unchanged < checks) return;
  const msg = `the event loop has stood still for ${(checks * checkEveryMs) / 1_000} s: the process ends`;
  writeSync(2, `${JSON.stringify({ level: 60, time: Date.now(), pid: process.pid, msg })}\n`);
  process.kill(process.pid, 'SIGKILL');
}, checkEveryMs);
