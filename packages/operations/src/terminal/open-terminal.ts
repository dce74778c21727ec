import { plainJson } from '@pics/core';
import type { ProgressReport } from './describe-progress.ts';
import { layOutProgress } from './lay-out-progress.ts';

/**
 * The output of a command that takes a while: lines that stay, and below them, on a terminal, the progress, which is
 * updated in place. Without a terminal, the progress is an ordinary line from time to time.
 */
export interface Terminal {
  say(line: string): void;
  showProgress(report: ProgressReport): void;
  /** Leaves the progress that was shown last as it is; what comes next goes below it. */
  end(): void;
}

/** Often enough to follow along in a log, seldom enough to read it afterwards. */
const PLAIN_INTERVAL_MS = 5_000;

/** stdout, stderr, or a stream that looks like them. */
export type TerminalOutput = NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };

export interface TerminalOptions {
  /** One JSON object a line; `type` is message or progress. */
  json?: boolean | undefined;
  output?: TerminalOutput;
}

/** Opens the output: as JSON lines, as a terminal, or as plain lines. */
export async function openTerminal(options: TerminalOptions = {}): Promise<Terminal> {
  const { json = false, output = process.stdout } = options;
  if (json) return openJson(output);
  // A terminal without a size, as some containers have, gets plain lines: log-update would draw nothing.
  return output.isTTY && output.rows !== 0 ? openLive(output) : openPlain(output);
}

function openJson(output: TerminalOutput): Terminal {
  const write = (type: string, facts: object) =>
    void output.write(`${plainJson({ type, at: new Date(), ...facts })}\n`);
  return {
    say: (text) => write('message', { text }),
    showProgress: ({ facts }) => write('progress', facts),
    end: () => {},
  };
}

async function openLive(output: TerminalOutput): Promise<Terminal> {
  // Imported here because it takes 8.5 MB of memory, which the board, as a user of this package, can do without.
  const { createLogUpdate } = await import('log-update');
  // The cursor stays: hiding it needs handlers for signals that would get in the way of ours.
  const update = createLogUpdate(output, { showCursor: true });
  let shown: string | undefined;
  return {
    say: (line) => {
      update.persist(line);
      if (shown !== undefined) update(shown);
    },
    showProgress: (report) => {
      shown = layOutProgress(report, output.columns ?? 80, output);
      update(shown);
    },
    end: () => {
      update.done();
      shown = undefined;
    },
  };
}

function openPlain(output: TerminalOutput): Terminal {
  let lastShownAt = 0;
  return {
    say: (line) => void output.write(`${line}\n`),
    showProgress: ({ counts, spans }) => {
      if (Date.now() - lastShownAt < PLAIN_INTERVAL_MS) return;
      lastShownAt = Date.now();
      output.write(
        `${[counts, ...spans.map(({ text }) => text)].filter((text) => text !== '').join(' · ')}\n`,
      );
    },
    end: () => {},
  };
}
