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
async function poll(cursor: number | undefined, response: Partial<ChangesSince>) {
  const polls: Poll[] = [];
  const starts: number[] = [];
  const requested: number[] = [];
  await followChanges({
    findCursor: async () => cursor,
    getChangesSince: async (since) => {
      requested.push(since);
      return { ...nothing, since, ...response };
    },
    startCursor: async (changeNumber) => void starts.push(changeNumber),
    recordPoll: async (poll) => void polls.push(poll),
  });
  return { polls, starts, requested };
}

describe('followChanges', () => {
  test('records the changes since the cursor together with the number it moves to', async () => {
    const { polls } = await poll(500, { current: 510, apps: [change(440, 510)], packages: [change(7, 505)] });
    expect(polls).toEqual([
      { since: 500, current: 510, apps: [change(440, 510)], packages: [change(7, 505)], gap: false },
    ]);
  });

  test('writes nothing when nothing changed', async () => {
    expect((await poll(500, { current: 500 })).polls).toEqual([]);
  });

  test('never moves the cursor backwards', async () => {
    expect((await poll(500, { current: 400 })).polls).toEqual([]);
  });

  test('starts a little before the current change number on the very first poll', async () => {
    const { requested, starts } = await poll(undefined, { current: 37_000_000 });
    expect(starts).toEqual([36_999_000]);
    expect(requested).toEqual([0, 36_999_000]);
  });

  test.for(['forceFullUpdate', 'forceFullAppUpdate', 'forceFullPackageUpdate'] as const)(
    'records a gap when Steam sets %s',
    async (flag) => {
      const { polls } = await poll(500, { current: 510, apps: [change(440, 510)], [flag]: true });
      expect(polls).toMatchObject([{ gap: true }]);
    },
  );

  test('records a gap when the number moved far without any id', async () => {
    expect((await poll(500, { current: 1_501 })).polls).toMatchObject([{ gap: true }]);
    expect((await poll(500, { current: 1_500 })).polls).toMatchObject([{ gap: false }]);
  });
});
