import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { readLogLine, type LogLine } from '@pics/operations';
import type { LogFile } from './find-logs.ts';

/** A line of one of several logs. */
export interface LogEntry extends LogLine {
  /** Whose log it is in. */
  service: string;
  /** The line as it was logged. */
  line: string;
}

export function readEntry(service: string, line: string): LogEntry {
  return { ...readLogLine(line), service, line };
}

/** The last lines of several logs. */
export interface LastEntries {
  entries: LogEntry[];
  /** Up to which byte each log was read, by its path. */
  ends: Map<string, number>;
}

/** Reads the last lines of several logs together, in the order of time. A line without a time stays behind the one before it. */
export function readLastEntries(logs: readonly LogFile[], count: number): LastEntries {
  const ends = new Map<string, number>();
  const timed = logs.flatMap((log) => {
    const { lines, end } = readLastLines(log.path, count);
    ends.set(log.path, end);
    let time = 0;
    return lines.map((line) => {
      const entry = readEntry(log.name, line);
      time = entry.time ?? time;
      return { entry, time };
    });
  });
  const inOrder = timed.toSorted((one, other) => one.time - other.time);
  return { entries: inOrder.slice(Math.max(0, inOrder.length - count)).map(({ entry }) => entry), ends };
}

interface LastLines {
  lines: string[];
  /** The byte after the last of them. */
  end: number;
}

/** Lines are some 200 bytes; a stack takes more. */
const BYTES_PER_LINE = 1_000;

/** Reads the last lines of a log, which may begin in the one that was set aside when it got too large. */
function readLastLines(path: string, count: number): LastLines {
  const { lines, end } = readEnd(path, count);
  const older = lines.length < count && existsSync(`${path}.1`) ? readEnd(`${path}.1`, count).lines : [];
  const all = [...older, ...lines];
  return { lines: all.slice(Math.max(0, all.length - count)), end };
}

function readEnd(path: string, count: number): LastLines {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Math.max(0, size - (count + 1) * BYTES_PER_LINE);
    const bytes = Buffer.alloc(size - start);
    const length = readSync(file, bytes, 0, bytes.length, start);
    // A line that is still being written is not read.
    const end = bytes.subarray(0, length).lastIndexOf('\n') + 1;
    const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
    return { lines: start > 0 ? lines.slice(1) : lines, end: start + end };
  } finally {
    closeSync(file);
  }
}
