import { z } from 'zod';
import { parseJson } from './parse-json.ts';

const LEVELS: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

const lineSchema = z.looseObject({ level: z.number(), msg: z.string() });

/** What every line has and a person beside the screen does not need. */
const OMITTED = new Set(['level', 'time', 'pid', 'hostname', 'service', 'replica', 'msg']);

/** A service's JSON log line as people read it; any other line as it is. */
export function describeLogLine(line: string): string {
  const parsed = lineSchema.safeParse(parseJson(line));
  if (!parsed.success) return line;
  const { level, msg } = parsed.data;
  const fields = Object.entries(parsed.data)
    .filter(([name]) => !OMITTED.has(name))
    .map(([name, value]) => `${name}=${describeValue(value)}`);
  return [`${LEVELS[level] ?? level}:`, msg, ...fields].join(' ');
}

/** Of an error the message is enough here; its stack is in the file. */
function describeValue(value: unknown): string {
  if (typeof value === 'string') return value;
  const message = z.object({ message: z.string() }).safeParse(value);
  return message.success ? message.data.message : JSON.stringify(value);
}
