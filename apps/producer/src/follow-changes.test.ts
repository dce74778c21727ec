import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImplausibleChangeNumber } from '@pics/core';
import type { Poll } from '@pics/database';
import type { ChangesSince } from '@pics/steam';
import { describe, expect, test } from 'vitest';
import { followChanges } from './follow-changes.ts';

const change = (id: number, changeNumber: number) => ({ id, changeNumber, needsToken: false });

const nothing: ChangesSince = {
  since: 0,
  current: 0,
  apps: [],
  packages: [],
  forceFullUpdate: false,
  forceFullAppUpdate: false,
  forceFullPackageUpdate: false,
};

/** One poll from a stored cursor, to which Steam responds with `response`. */
async function poll(
  cursor: number | undefined,
  response: Partial<ChangesSince> | ((since: number) => Partial<ChangesSince>),
) {
  const polls: Poll[] = [];
  const starts: number[] = [];
  const requested: number[] = [];
  let error: unknown;
  await followChanges({
    findCursor: async () => cursor,
    getChangesSince: async (since) => {
      requested.push(since);
      return { ...nothing, since, ...(typeof response === 'function' ? response(since) : response) };
    },
    startCursor: async (changeNumber) => void starts.push(changeNumber),
    recordPoll: async (poll) => void polls.push(poll),
  }).catch((caught: unknown) => (error = caught));
  return { polls, starts, requested, error };
}

describe('followChanges', () => {
  test('records the changes since the cursor together with the number it moves to', async () => {
    const { polls } = await poll(500, { current: 510, apps: [change(440, 510)], packages: [change(7, 505)] });
    expect(polls).toEqual([
      {
        since: 500,
        current: 510,
        apps: [change(440, 510)],
        packages: [change(7, 505)],
        gap: false,
        packageGap: false,
      },
    ]);
  });

  test('writes nothing when nothing changed', async () => {
    expect((await poll(500, { current: 500 })).polls).toEqual([]);
  });

  test('starts a little before the current change number on the very first poll', async () => {
    const { requested, starts } = await poll(undefined, { current: 37_000_000 });
    expect(starts).toEqual([36_999_000]);
    expect(requested).toEqual([0, 36_999_000]);
  });

  test.for([
    ['forceFullUpdate', { gap: true, packageGap: true }],
    ['forceFullAppUpdate', { gap: true, packageGap: false }],
    ['forceFullPackageUpdate', { gap: false, packageGap: true }],
  ] as const)('records what Steam left out when it sets %s alone', async ([flag, expected]) => {
    const { polls } = await poll(500, { current: 510, apps: [change(440, 510)], [flag]: true });
    expect(polls).toMatchObject([expected]);
  });

  test('records a gap of apps and packages when the number moved far without any id', async () => {
    expect((await poll(500, { current: 1_501 })).polls).toMatchObject([{ gap: true, packageGap: true }]);
    expect((await poll(500, { current: 1_500 })).polls).toMatchObject([{ gap: false, packageGap: false }]);
  });
});

describe('a response whose numbers cannot be', () => {
  test.for<[string, Partial<ChangesSince>]>([
    ['is behind the cursor', { current: 499 }],
    ['is further ahead of the cursor than six weeks of changes', { current: 1_000_501 }],
    ['is that far ahead of its own changes', { current: 4_294_967_295, apps: [change(440, 505)] }],
    ['starts from another number', { current: 510, since: 400 }],
    ['has an app that changed after the newest change', { current: 510, apps: [change(440, 511)] }],
    ['has a package that changed after the newest change', { current: 510, packages: [change(7, 511)] }],
  ])('is an error and is not followed when it %s', async ([, response]) => {
    const { error, polls, starts } = await poll(500, response);
    expect(error).toBeInstanceOf(ImplausibleChangeNumber);
    expect(polls).toEqual([]);
    expect(starts).toEqual([]);
  });

  test('starts no cursor when a second response does not confirm the first', async () => {
    const { error, starts } = await poll(undefined, (since) => ({
      current: since === 0 ? 4_294_967_295 : 37_000_000,
    }));
    expect(error).toBeInstanceOf(ImplausibleChangeNumber);
    expect(starts).toEqual([]);
  });

  test('is not taken for one far ahead when its own changes reach it', async () => {
    const { polls } = await poll(500, { current: 9_000_000, apps: [change(440, 8_999_990)] });
    expect(polls).toMatchObject([{ current: 9_000_000 }]);
  });

  test('is not taken for one after a month without a poll, which is an ordinary gap', async () => {
    const { polls } = await poll(37_000_000, { current: 37_900_000, forceFullAppUpdate: true });
    expect(polls).toMatchObject([{ since: 37_000_000, current: 37_900_000, gap: true }]);
  });
});

const RECORDED = join(import.meta.dirname, '../../../../shared/pics/polls');

describe.skipIf(!existsSync(RECORDED))('1,983 recorded polls whose number moved', () => {
  /** The polls of the files whose last two columns say what Steam left out. */
  const recorded = (existsSync(RECORDED) ? readdirSync(RECORDED) : [])
    .map((file) => readFileSync(join(RECORDED, file), 'utf8').trim().split('\n'))
    .filter(([header]) => header?.endsWith('packages_known'))
    .flatMap((lines) => lines.slice(1).map((line) => line.split('\t')))
    .map(([, since, current, , apps, , packages, ...left]) => ({
      since: Number(since),
      current: Number(current),
      apps: Array.from({ length: Number(apps) }, (_, id) => change(id, Number(current))),
      packages: Array.from({ length: Number(packages) }, (_, id) => change(id, Number(current))),
      forceFullAppUpdate: left[0] === 'force all',
      forceFullPackageUpdate: left[1] === 'force all',
    }))
    .filter(({ since, current }) => since > 0 && current > since);

  test('are all plausible, and only six of them are a gap of apps', async () => {
    const polls: Poll[] = [];
    for (const response of recorded) polls.push(...(await poll(response.since, response)).polls);
    expect(polls).toHaveLength(1_983);
    expect(polls.filter(({ gap }) => gap)).toHaveLength(6);
    expect(polls.filter(({ gap, packageGap }) => packageGap && !gap)).toHaveLength(65);
  });
});
