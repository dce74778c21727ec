import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { openTerminal, type Standing, type TerminalOutput } from './terminal.ts';

/** A stream that looks like a terminal of so many columns, or like a pipe. */
function createOutput(columns?: number): { output: TerminalOutput; written: () => string } {
  const stream = new PassThrough({ encoding: 'utf8' });
  const output = columns === undefined ? stream : Object.assign(stream, { isTTY: true, columns });
  return { output, written: () => String(stream.read() ?? '') };
}

const standing = (settled: number): Standing => ({
  fraction: settled / 10,
  pace: '5 apps/s',
  counts: `settled ${settled}`,
  facts: { settled },
});

describe('on a terminal', () => {
  test('a bar and two lines are written over', () => {
    const { output, written } = createOutput(80);
    const terminal = openTerminal({ output });
    terminal.show(standing(5));
    expect(written()).toBe('████████████░░░░░░░░░░░░  50 %  5 apps/s\nsettled 5');
    terminal.show(standing(10));
    expect(written()).toBe(
      '\r\u001b[K\u001b[A\r\u001b[K████████████████████████ 100 %  5 apps/s\nsettled 10',
    );
    terminal.end();
    terminal.say('done');
    expect(written()).toBe('\ndone\n');
  });

  test('lines that stay go above', () => {
    const { output, written } = createOutput(80);
    const terminal = openTerminal({ output });
    terminal.show(standing(5));
    written();
    terminal.say('an app changed');
    expect(written()).toBe(
      '\r\u001b[K\u001b[A\r\u001b[Kan app changed\n████████████░░░░░░░░░░░░  50 %  5 apps/s\nsettled 5',
    );
  });

  test('no line is wider than the terminal', () => {
    const { output, written } = createOutput(20);
    openTerminal({ output }).show({ ...standing(5), counts: 'settled 5 of ever so many apps' });
    expect(written().split('\n')).toEqual(['████████████░░░░░░…', 'settled 5 of ever…']);
  });
});

test('in a pipe a plain line comes every now and then', () => {
  vi.useFakeTimers({ now: 100_000, toFake: ['Date'] });
  const { output, written } = createOutput();
  const terminal = openTerminal({ output });
  terminal.show(standing(1));
  vi.setSystemTime(104_000);
  terminal.show(standing(2));
  vi.setSystemTime(105_000);
  terminal.show(standing(3));
  vi.useRealTimers();
  expect(written()).toBe('settled 1 · 5 apps/s\nsettled 3 · 5 apps/s\n');
});
