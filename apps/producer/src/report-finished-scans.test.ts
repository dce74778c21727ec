import { expect, test } from 'vitest';
import { reportFinishedScans } from './report-finished-scans.ts';

interface Span {
  id: number;
  finishedAt: Date | null;
}

const finished = (id: number): Span => ({ id, finishedAt: new Date() });
const running = (id: number): Span => ({ id, finishedAt: null });

/** The scans that each check reports, given the latest scans, newest first, at each of them. */
async function reportsOf(...checks: Span[][]): Promise<number[][]> {
  let reported: Set<number> | undefined;
  const all: number[][] = [];
  for (const scans of checks) {
    const ids: number[] = [];
    reported = await reportFinishedScans(
      { getLatestScans: async () => scans, report: ({ id }) => ids.push(id) },
      reported,
    );
    all.push(ids);
  }
  return all;
}

test('reports each of two overlapping scans once, whichever ends first', async () => {
  expect(
    await reportsOf(
      [running(2), running(1)],
      [finished(2), running(1)],
      [finished(2), finished(1)],
      [finished(2), finished(1)],
    ),
  ).toEqual([[], [2], [1], []]);
});

test('reports scans that end between two checks in the order they started', async () => {
  expect(await reportsOf([running(1)], [finished(3), finished(2), finished(1)])).toEqual([[], [1, 2, 3]]);
});

test('leaves a scan that ended before the first check to the producer that led then', async () => {
  expect(await reportsOf([finished(1)], [running(2), finished(1)])).toEqual([[], []]);
});
