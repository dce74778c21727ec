import { drawBar } from './draw-bar.ts';
import { fitText } from './fit-text.ts';
import { printJsonLine } from './print.ts';

/** How something stands that takes its time. */
export interface Standing {
  /** How much of it is done, from 0 to 1; undefined when that means nothing. */
  fraction: number | undefined;
  /** How fast it goes, and where. */
  pace: string;
  counts: string;
  /** The same for programs. */
  facts: object;
}

/**
 * What the user sees: lines that stay, and, on a terminal, two at the bottom that are written over, with a bar. Without a
 * terminal these become an ordinary line, every now and then.
 */
export interface Terminal {
  say(line: string): void;
  /** Shows how it stands. */
  show(standing: Standing): void;
  /** Leaves what was shown last as it is; what comes next stands below it. */
  end(): void;
}

/** Often enough to follow along in a log, seldom enough to read it afterwards. */
const PLAIN_INTERVAL_MS = 5_000;

/** Where it is shown: stdout, stderr, or what looks like them. */
export type TerminalOutput = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

export interface TerminalOptions {
  /** One JSON object a line; `type` tells messages from progress. */
  json?: boolean | undefined;
  output?: TerminalOutput;
}

export function openTerminal({ json = false, output = process.stdout }: TerminalOptions = {}): Terminal {
  if (json) return jsonTerminal;
  return output.isTTY ? openLive(output) : openPlain(output);
}

const jsonTerminal: Terminal = {
  say: (text) => printJsonLine({ type: 'message', at: new Date(), text }),
  show: ({ facts }) => printJsonLine({ type: 'progress', at: new Date(), ...facts }),
  end: () => {},
};

const BAR_COLUMNS = 24;
const CLEAR_LINE = '\r\u001b[K';
const UP = '\u001b[A';

function openLive(output: TerminalOutput): Terminal {
  let shown: string[] = [];
  let standing: Standing | undefined;
  const clear = () => output.write(shown.map(() => CLEAR_LINE).join(UP));
  const draw = () => {
    // One column less, for a full line would wrap, and then it could not be written over.
    shown = standing ? layOut(standing).map((line) => fitText(line, (output.columns || 80) - 1)) : [];
    output.write(shown.join('\n'));
  };
  return {
    say: (line) => {
      clear();
      output.write(`${line}\n`);
      draw();
    },
    show: (next) => {
      clear();
      standing = next;
      draw();
    },
    end: () => {
      if (standing) output.write('\n');
      standing = undefined;
      shown = [];
    },
  };
}

function layOut({ fraction, pace, counts }: Standing): string[] {
  if (fraction === undefined) return [pace, counts].filter((line) => line !== '');
  const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
  return [`${drawBar(fraction, BAR_COLUMNS)} ${percent}  ${pace}`, counts];
}

function openPlain(output: TerminalOutput): Terminal {
  let lastShownAt = 0;
  return {
    say: (line) => void output.write(`${line}\n`),
    show: ({ counts, pace }) => {
      if (Date.now() - lastShownAt < PLAIN_INTERVAL_MS) return;
      lastShownAt = Date.now();
      output.write(`${[counts, pace].filter((part) => part !== '').join(' · ')}\n`);
    },
    end: () => {},
  };
}
