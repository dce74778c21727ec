import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findMessageType, SCHEMA_LOADER } from './lazy-schemas.ts';
import { SteamUser } from './load-steam-user.ts';

const require = createRequire(import.meta.url);

/** The message types that steam-user's own code uses. */
const components = dirname(require.resolve('steam-user/components/03-messages.js'));
const NAMES = new Set(
  globSync('**/*.js', { cwd: components }).flatMap((file) => {
    const source = readFileSync(`${components}/${file}`, 'utf8');
    return [...source.matchAll(/^(?!\s*\/\/).*\bSchema\.(\w+)/gm)].map(([, name = '']) => name);
  }),
);

describe('the message types of steam-user', () => {
  test('are not loaded with it', () => {
    expect(SteamUser).toBeTypeOf('function');
    expect(Object.keys(require.cache).filter((file) => file.startsWith(dirname(SCHEMA_LOADER)))).toEqual([]);
  });

  test('are those of its own loader, for every type that it uses', { timeout: 30_000 }, () => {
    const all = require(SCHEMA_LOADER) as Record<string, { toJSON(): object }>;
    expect(NAMES.size).toBeGreaterThan(150);
    for (const name of NAMES) {
      expect(findMessageType(name).toJSON(), name).toEqual(all[name]?.toJSON());
    }
  });

  test('fail by name when they do not exist and are used', () => {
    expect(() => findMessageType('CMsgNever')).toThrow('steam-user has no schema of CMsgNever');
  });
});
