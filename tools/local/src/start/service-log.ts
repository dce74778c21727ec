import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { parseJson } from '@pics/operations';
import { z } from 'zod';

/** Enough to see why a service gave up, without filling the screen. */
const LAST_LINES = 15;

const notReadySchema = z.object({ msg: z.literal('not ready'), reason: z.string() });

/** The log of one service over all its restarts. */
export interface ServiceLog {
  readonly file: string;
  /** The last lines it logged. */
  readonly lastLines: readonly string[];
  /** Why the service was not ready when it last logged that; with the details that strangers do not get. */
  readonly lastReason: string | undefined;
  /** Takes in all output of one process. */
  follow(streams: readonly (Readable | null)[]): void;
  close(): Promise<void>;
}

/**
 * Appends the output of a service to a file and remembers the last lines.
 *
 * @param onLine called with every line.
 */
export function openServiceLog(file: string, onLine: (line: string) => void): ServiceLog {
  mkdirSync(dirname(file), { recursive: true });
  const written = createWriteStream(file, { flags: 'a', mode: 0o600 });
  const lastLines: string[] = [];
  let lastReason: string | undefined;
  return {
    file,
    lastLines,
    get lastReason() {
      return lastReason;
    },
    follow: (streams) => {
      for (const input of streams) {
        if (!input) continue;
        createInterface({ input }).on('line', (line) => {
          written.write(`${line}\n`);
          lastLines.push(line);
          if (lastLines.length > LAST_LINES) lastLines.shift();
          lastReason = notReadySchema.safeParse(parseJson(line)).data?.reason ?? lastReason;
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

/**
 * Adds to a general reason the details of the one that was logged, if it is the same. It is logged only when it changes, so a
 * number in it can be an old one.
 */
export function addDetail(reason: string, logged: string | undefined): string {
  const [general = '', ...details] = logged?.split(': ') ?? [];
  const withoutNumbers = (text: string) => text.replaceAll(/\d+/g, '#');
  const isSame = details.length > 0 && withoutNumbers(general) === withoutNumbers(reason);
  return isSame ? [reason, ...details].join(': ') : reason;
}
