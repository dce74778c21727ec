import { expect, test } from 'vitest';
import { reportFinishedScans } from './report-finished-scans.ts';

interface Span {
  id: number;
  finishedAt: Date | null;
}

const finished = (id: number): Span => ({ id, finishedAt: new Date() });
const underWay = (id: number): Span => ({ id, finishedAt: null });

/** Which scans each look tells of, when these are the latest scans, the newest first, at one look after the other. */
async function tellOf(...looks: Span[][]): Promise<number[][]> {
  let told: Set<number> | undefined;
  const heard: number[][] = [];
  for (const scans of looks) {
    const ids: number[] = [];
    told = await reportFinishedScans(
      { getLatestScans: async () => scans, tell: ({ id }) => ids.push(id) },
      told,
    );
    heard.push(ids);
  }
  return heard;
}

test('each of two scans that overlap is told of once, whichever ends first', async () => {
  expect(
    await tellOf(
      [underWay(2), underWay(1)],
      [finished(2), underWay(1)],
      [finished(2), finished(1)],
      [finished(2), finished(1)],
    ),
  ).toEqual([[], [2], [1], []]);
});

test('scans that end between two looks are told of in the order they began', async () => {
  expect(await tellOf([underWay(1)], [finished(3), finished(2), finished(1)])).toEqual([[], [1, 2, 3]]);
});

test('a scan that had ended before the first look was told of by another producer', async () => {
  expect(await tellOf([finished(1)], [underWay(2), finished(1)])).toEqual([[], []]);
});
