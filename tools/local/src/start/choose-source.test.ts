import { expect, test } from 'vitest';
import { chooseSource, type SourceQuestion } from './choose-source.ts';

const unreachable = async () => 'no answer within 10 s';

const ask = (question: Partial<SourceQuestion>) =>
  chooseSource({ asked: undefined, ownServers: [], findSteamBlocker: async () => undefined, ...question });

test('goes to Steam when it can be reached', async () => {
  expect(await ask({})).toEqual({ source: 'steam', notice: undefined });
});

test('falls back to the simulator when Steam cannot be reached, and says why', async () => {
  const { source, notice } = await ask({ findSteamBlocker: unreachable });
  expect(source).toBe('simulator');
  expect(notice).toContain('Steam cannot be reached (no answer within 10 s)');
});

test.each(['DATABASE_URL', 'REDIS_URL'])('never falls back with a %s of the user', async (name) => {
  const { source, notice } = await ask({ findSteamBlocker: unreachable, ownServers: [name] });
  expect(source).toBe('steam');
  expect(notice).toContain(name);
});

test.each(['steam', 'simulator'] as const)('asks nobody when the user said %s', async (asked) => {
  const findSteamBlocker = () => Promise.reject(new Error('asked all the same'));
  expect(await ask({ asked, findSteamBlocker })).toEqual({ source: asked, notice: undefined });
});
