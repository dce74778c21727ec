import { plainText } from '@pics/core';
import { z } from 'zod';

const LEVELS: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

const lineSchema = z.looseObject({ level: z.number(), time: z.number().optional(), msg: z.string() });

/** Fields of every line that a person at the screen does not need. */
const OMITTED = new Set(['level', 'time', 'pid', 'hostname', 'service', 'replica', 'msg']);

/** A line of the log of a service. */
export interface LogLine {
  /** The severity as pino numbers it: 40 is a warning, 50 an error; undefined for a line that is not JSON. */
  level: number | undefined;
  /** When it was logged, in milliseconds since 1970; undefined where the line does not say. */
  time: number | undefined;
  /** The message and the fields that matter; any other line as it is. */
  text: string;
}

/** Reads a log line of a service. Steam and its publishers can put text into it, so it never controls a terminal. */
export function readLogLine(line: string): LogLine {
  const parsed = lineSchema.safeParse(parseJson(line));
  if (!parsed.success) return { level: undefined, time: undefined, text: plainText(line) };
  const { level, time, msg } = parsed.data;
  const fields = Object.entries(parsed.data)
    .filter(([name]) => !OMITTED.has(name))
    .map(([name, value]) => `${name}=${describeValue(value)}`);
  return { level, time, text: plainText([`${LEVELS[level] ?? level}:`, msg, ...fields].join(' ')) };
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
