import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findMessageType } from './lazy-protobufs.ts';
import { SteamUser } from './lean-steam-user.ts';

const require = createRequire(import.meta.url);
const LOADER = require.resolve('steam-user/protobufs/generated/_load.js');

/** The message types that steam-user's own code names. */
const components = dirname(require.resolve('steam-user/components/03-messages.js'));
const NAMES = new Set(
  globSync('**/*.js', { cwd: components }).flatMap((file) => {
    const source = readFileSync(`${components}/${file}`, 'utf8');
    return [...source.matchAll(/^(?!\s*\/\/).*\bSchema\.(\w+)/gm)].map(([, name = '']) => name);
  }),
);

/** What steam-user's own loader gives. */
function loadAll(): Record<string, { toJSON(): object }> {
  const lazy = require.cache[LOADER];
  delete require.cache[LOADER];
  const all = require(LOADER) as ReturnType<typeof loadAll>;
  require.cache[LOADER] = lazy;
  return all;
}

describe('the message types of steam-user', () => {
  test('are not loaded with it', () => {
    expect(SteamUser).toBeTypeOf('function');
    expect(Object.keys(require.cache).filter((file) => file.startsWith(dirname(LOADER)))).toEqual([LOADER]);
  });

  test('are the ones its own loader gives, each one that it names', { timeout: 30_000 }, () => {
    const all = loadAll();
    expect(NAMES.size).toBeGreaterThan(150);
    for (const name of NAMES) {
      expect(findMessageType(name).toJSON(), name).toEqual(all[name]?.toJSON());
    }
  });

  test('that do not exist are missed when they are used, by name', () => {
    expect(() => findMessageType('CMsgNever')).toThrow('steam-user has no schema of CMsgNever');
  });
});
