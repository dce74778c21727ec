import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { UNUSED } from './lazy-modules.ts';
import { SteamUser } from './lean-steam-user.ts';

const require = createRequire(import.meta.url);
const requireOfSteamUser = createRequire(require.resolve('steam-user'));

/** Files of a package that are loaded. */
const loadedOf = (folder: string) =>
  Object.keys(require.cache).filter((file) => file.includes(`/node_modules/${folder}/`));

describe('what steam-user loads and a PICS session does not use', () => {
  test('is not loaded with it', () => {
    expect(SteamUser).toBeTypeOf('function');
    for (const name of UNUSED.filter((unused) => unused !== '@doctormckay/stdlib/http')) {
      expect(loadedOf(name), name).toEqual([requireOfSteamUser.resolve(name)]);
    }
    expect(loadedOf('@doctormckay/stdlib/lib/http')).toEqual([]);
  });

  test('is what it always was once it is used', () => {
    const { EAuthTokenPlatformType, LoginSession } = requireOfSteamUser('steam-session') as {
      EAuthTokenPlatformType: Record<string, number>;
      LoginSession: new (platform: number | undefined) => object;
    };
    expect(EAuthTokenPlatformType['SteamClient']).toBe(1);
    const login = new LoginSession(EAuthTokenPlatformType['SteamClient']);
    expect(login).toBeInstanceOf(LoginSession);
    expect('startWithQR' in login).toBe(true);
    expect(Object.keys(requireOfSteamUser('steam-totp') as object)).toContain('generateAuthCode');
    expect((requireOfSteamUser('steam-totp') as { time(): number }).time()).toBeGreaterThan(1_700_000_000);
  });

  test.each(UNUSED)('%s is found where steam-user looks for it', (name) => {
    const loaded = requireOfSteamUser(name) as object;
    expect(Reflect.ownKeys(loaded).length).toBeGreaterThan(0);
  });
});
