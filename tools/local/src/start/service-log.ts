import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { plainText } from '@pics/core';

/** Enough to see why a service gave up, without filling the screen. */
const LAST_LINES = 15;

/** The log of one service over all its restarts. */
export interface ServiceLog {
  readonly file: string;
  /** The last lines it logged. */
  readonly lastLines: readonly string[];
  /** Takes in all output of one process. */
  follow(streams: readonly (Readable | null)[]): void;
  close(): Promise<void>;
}

/**
 * Writes the output of a service to a file, which each run overwrites, and remembers the last lines.
 *
 * @param onLine called with every line.
 */
export function openServiceLog(file: string, onLine: (line: string) => void): ServiceLog {
  mkdirSync(dirname(file), { recursive: true });
  const written = createWriteStream(file, { mode: 0o600 });
  const lastLines: string[] = [];
  return {
    file,
    lastLines,
    follow: (streams) => {
      for (const input of streams) {
        if (!input) continue;
        createInterface({ input }).on('line', (line) => {
          written.write(`${line}\n`);
          lastLines.push(line);
          if (lastLines.length > LAST_LINES) lastLines.shift();
          onLine(line);
        });
      }
    },
    close: async () => {
      written.end();
      await finished(written);
    },
  };
}

const LEVELS: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

const lineSchema = z.looseObject({ level: z.number(), msg: z.string() });

/** Fields of every line that a person at the screen does not need. */
const OMITTED = new Set(['level', 'time', 'pid', 'hostname', 'service', 'replica', 'msg']);

/**
 * A JSON log line of a service in readable form; any other line as it is. Steam and its publishers can put text into both, so
 * neither controls the terminal.
 */
export function describeLogLine(line: string): string {
  return plainText(describeFields(line));
}

function describeFields(line: string): string {
  const parsed = lineSchema.safeParse(parseJson(line));
  if (!parsed.success) return line;
  const { level, msg } = parsed.data;
  const fields = Object.entries(parsed.data)
    .filter(([name]) => !OMITTED.has(name))
    .map(([name, value]) => `${name}=${describeValue(value)}`);
  return [`${LEVELS[level] ?? level}:`, msg, ...fields].join(' ');
}

/** The message of an error is enough here; the stack is in the file. */
function describeValue(value: unknown): string {
  if (typeof value === 'string') return value;
  const message = z.object({ message: z.string() }).safeParse(value);
  return message.success ? message.data.message : JSON.stringify(value);
}

/** The value of a line of JSON; undefined for any other line. */
export function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
