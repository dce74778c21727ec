/**
 * What the user sees: lines that stay, and, on a terminal, one line at the bottom that is written over. Without a terminal
 * that line becomes an ordinary one, every now and then.
 */
export interface Terminal {
  say(line: string): void;
  /** Shows how it stands. */
  show(status: string): void;
  /** Leaves the status line as it is; what comes next stands below it. */
  end(): void;
}

/** Often enough to follow along in a log, seldom enough to read it afterwards. */
const PLAIN_INTERVAL_MS = 5_000;

export function openTerminal(output: NodeJS.WriteStream = process.stdout): Terminal {
  return output.isTTY ? openLive(output) : openPlain(output);
}

function openLive(output: NodeJS.WriteStream): Terminal {
  let status = '';
  const clear = () => output.write('\r\u001b[K');
  const draw = () => status && output.write(status.slice(0, (output.columns || 80) - 1));
  return {
    say: (line) => {
      clear();
      output.write(`${line}\n`);
      draw();
    },
    show: (next) => {
      status = next;
      clear();
      draw();
    },
    end: () => {
      if (status) output.write('\n');
      status = '';
    },
  };
}

function openPlain(output: NodeJS.WritableStream): Terminal {
  let lastShownAt = 0;
  return {
    say: (line) => void output.write(`${line}\n`),
    show: (status) => {
      if (Date.now() - lastShownAt < PLAIN_INTERVAL_MS) return;
      lastShownAt = Date.now();
      output.write(`${status}\n`);
    },
    end: () => {},
  };
}
