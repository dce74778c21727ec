import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Between two looks; where the kernel keeps the peak itself (Linux), none is missed in between. */
const LOOK_MS = 500;

/** Follows how much memory some processes hold. */
export interface MemoryWatch {
  /** The most that each of them has held since it started (elsewhere than on Linux: at any look), in bytes, and no further look. */
  stop: () => number[];
}

/** Watches the resident memory of processes: what `ps` and `top` call RSS. */
export function watchMemory(pids: readonly number[]): MemoryWatch {
  const peaks = pids.map(() => 0);
  const look = () => {
    for (const [index, pid] of pids.entries()) peaks[index] = Math.max(peaks[index] ?? 0, readResident(pid));
  };
  const looking = setInterval(look, LOOK_MS);
  return {
    stop: () => {
      clearInterval(looking);
      look();
      return peaks;
    },
  };
}

/** On Linux its peak since the process started, elsewhere what is so now. */
function readResident(pid: number): number {
  const status = `/proc/${pid}/status`;
  const kilobytes = existsSync(status)
    ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) * 1_024;
}
