import { expect, test } from 'vitest';
import { chooseSource, type SourceQuestion } from './choose-source.ts';

const unreachable = async () => 'no response within 10 s';

const ask = (question: Partial<SourceQuestion>) =>
  chooseSource({
    requested: undefined,
    ownServers: [],
    findSteamBlocker: async () => undefined,
    ...question,
  });

test('chooses Steam when it can be reached', async () => {
  expect(await ask({})).toEqual({ source: 'steam', notice: undefined });
});

test('falls back to the simulator when Steam cannot be reached, with the reason', async () => {
  const { source, notice } = await ask({ findSteamBlocker: unreachable });
  expect(source).toBe('simulator');
  expect(notice).toContain('Steam cannot be reached (no response within 10 s)');
});

test.each(['DATABASE_URL', 'REDIS_URL'])('never falls back when the user has set %s', async (name) => {
  const { source, notice } = await ask({ findSteamBlocker: unreachable, ownServers: [name] });
  expect(source).toBe('steam');
  expect(notice).toContain(name);
});

test.each(['steam', 'simulator'] as const)(
  'does not check Steam when the user requested %s',
  async (requested) => {
    const findSteamBlocker = () => Promise.reject(new Error('checked'));
    expect(await ask({ requested, findSteamBlocker })).toEqual({ source: requested, notice: undefined });
  },
);
