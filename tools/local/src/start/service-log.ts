import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** What people need when a service gives up, without filling their screen. */
const LAST_LINES = 15;

/** The log of one service over all its restarts. */
export interface ServiceLog {
  readonly file: string;
  /** The end of what it said. */
  readonly lastLines: readonly string[];
  /** Takes in everything one process says. */
  follow(streams: readonly (Readable | null)[]): void;
  close(): Promise<void>;
}

/**
 * Keeps what a service says in a file, begun anew with each `up`, and remembers the end of it.
 *
 * @param onLine hears every line as well.
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
