import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import type { ProgressReport } from './describe-progress.ts';
import { openTerminal, type TerminalOutput } from './open-terminal.ts';

/** A stream that looks like a terminal of so many columns, or like a pipe. */
function createOutput(columns?: number): { output: TerminalOutput; written: () => string } {
  const stream = new PassThrough({ encoding: 'utf8' });
  const output = columns === undefined ? stream : Object.assign(stream, { isTTY: true, columns });
  return { output, written: () => String(stream.read() ?? '') };
}

const report = (settled: number): ProgressReport => ({
  share: settled / 10,
  spans: [
    { text: 'Catching up', style: 'busy' },
    { text: '5 apps/s' },
    { text: 'http://127.0.0.1:3000', style: 'link' },
  ],
  counts: `settled ${settled}`,
  facts: { settled },
});

const ERASE_LINE = '\u001B[2K';

describe('on a terminal', () => {
  test('updates a bar and a line in place', async () => {
    const { output, written } = createOutput(80);
    const terminal = await openTerminal({ output });
    terminal.showProgress(report(5));
    expect(stripVTControlCharacters(written())).toBe(
      '████████████░░░░░░░░░░░░ · Catching up · 5 apps/s · http://127.0.0.1:3000\n',
    );
    terminal.showProgress(report(10));
    const update = written();
    expect(update).toContain(ERASE_LINE);
    expect(stripVTControlCharacters(update)).toBe(
      '████████████████████████ · Catching up · 5 apps/s · http://127.0.0.1:3000\n',
    );
    terminal.end();
    terminal.say('done');
    const last = written();
    expect(last).not.toContain(ERASE_LINE);
    expect(stripVTControlCharacters(last)).toBe('done\n');
  });

  test('puts lines that stay above the progress', async () => {
    const { output, written } = createOutput(80);
    const terminal = await openTerminal({ output });
    terminal.showProgress(report(5));
    written();
    terminal.say('an app changed');
    const update = written();
    expect(update).toContain(ERASE_LINE);
    expect(stripVTControlCharacters(update)).toMatch(/^an app changed\n█+░+ · Catching up · /);
  });

  test('never writes a line that is wider than the terminal, and never cuts a link', async () => {
    const { output, written } = createOutput(24);
    const terminal = await openTerminal({ output });
    terminal.showProgress({
      ...report(5),
      spans: [{ text: 'a reason with a great many words' }, ...report(5).spans],
    });
    const lines = stripVTControlCharacters(written()).split('\n');
    expect(lines.every((line) => line.length <= 30)).toBe(true);
    expect(lines).toContain('http://127.0.0.1:3000');
  });
});

test('writes a plain line from time to time to a pipe', async () => {
  vi.useFakeTimers({ now: 100_000, toFake: ['Date'] });
  const { output, written } = createOutput();
  const terminal = await openTerminal({ output });
  terminal.showProgress(report(1));
  vi.setSystemTime(104_000);
  terminal.showProgress(report(2));
  vi.setSystemTime(105_000);
  terminal.showProgress(report(3));
  vi.useRealTimers();
  const line = (settled: number) => `settled ${settled} · Catching up · 5 apps/s · http://127.0.0.1:3000\n`;
  expect(written()).toBe(line(1) + line(3));
});

test('writes one JSON object a line to programs', async () => {
  const { output, written } = createOutput();
  const terminal = await openTerminal({ json: true, output });
  terminal.say('hello');
  terminal.showProgress(report(3));
  const [message, progress] = written()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(message).toMatchObject({ type: 'message', text: 'hello' });
  expect(progress).toMatchObject({ type: 'progress', settled: 3 });
});
