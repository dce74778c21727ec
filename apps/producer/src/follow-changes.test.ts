import type { ChangesSince } from '@pics/steam';
import { describe, expect, test } from 'vitest';
import { followChanges, type Poll } from './follow-changes.ts';

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

/** One turn against a Steam that answers with `answer`, from a stored cursor. */
async function turn(cursor: number | undefined, answer: Partial<ChangesSince>) {
  const polls: Poll[] = [];
  const starts: number[] = [];
  const asked: number[] = [];
  const outcome = await followChanges({
    findCursor: async () => cursor,
    getChangesSince: async (since) => {
      asked.push(since);
      return { ...nothing, since, ...answer };
    },
    startCursor: async (changeNumber) => void starts.push(changeNumber),
    recordPoll: async (poll) => void polls.push(poll),
  });
  return { outcome, polls, starts, asked };
}

describe('followChanges', () => {
  test('records what changed since the cursor together with the number it moves to', async () => {
    const { polls } = await turn(500, { current: 510, apps: [change(440, 510)], packages: [change(7, 505)] });
    expect(polls).toEqual([
      { since: 500, current: 510, apps: [change(440, 510)], packages: [change(7, 505)], gap: false },
    ]);
  });

  test('writes nothing when nothing changed', async () => {
    expect((await turn(500, { current: 500 })).polls).toEqual([]);
  });

  test('never moves the cursor backwards', async () => {
    expect((await turn(500, { current: 400 })).polls).toEqual([]);
  });

  test('starts a little before the present on the very first turn', async () => {
    const { asked, starts } = await turn(undefined, { current: 37_000_000 });
    expect(starts).toEqual([36_999_000]);
    expect(asked).toEqual([0, 36_999_000]);
  });

  test.for(['forceFullUpdate', 'forceFullAppUpdate', 'forceFullPackageUpdate'] as const)(
    'sees a gap when Steam sets %s',
    async (flag) => {
      const { polls } = await turn(500, { current: 510, apps: [change(440, 510)], [flag]: true });
      expect(polls).toMatchObject([{ gap: true }]);
    },
  );

  test('sees a gap when the number moved far and no id came', async () => {
    expect((await turn(500, { current: 1_501 })).polls).toMatchObject([{ gap: true }]);
    expect((await turn(500, { current: 1_500 })).polls).toMatchObject([{ gap: false }]);
  });
});
