import { describe, expect, test } from 'vitest';
import { parseSettings } from './settings.ts';

describe('parseSettings', () => {
  test('gives every setting its documented default', () => {
    expect(parseSettings({}, [])).toMatchObject({
      LOG_LEVEL: 'info',
      MODE: 'change_monitor',
      POLL_INTERVAL_MS: 5_000,
      FETCH_BATCH_SIZE: 200,
      FETCH_RATE_PER_SECOND: 2,
      SCAN_BATCH_SIZE: 5_000,
      STEAM_CM_SERVERS: [],
    });
  });

  test('lists every problem at once', () => {
    const wrong = {
      POLL_INTERVAL_MS: 'soon',
      MODE: 'fast',
      STEAM_CM_SERVERS: 'cm1.example:27020,nonsense',
      BOARD_USER: 'me',
    };
    expect(() => parseSettings(wrong, ['DATABASE_URL', 'REDIS_URL'])).toThrow(
      [
        'DATABASE_URL is not set',
        'REDIS_URL is not set',
        'BOARD_USER and BOARD_PASSWORD must be set together',
        'MODE must be change_monitor or bulk_sync, not "fast"',
        'POLL_INTERVAL_MS must be a whole number of milliseconds, not "soon"',
        'STEAM_CM_SERVERS must be a list of host:port, separated by commas, not "cm1.example:27020,nonsense"',
      ].join('\n'),
    );
  });

  test('never puts the value of a secret into the message', () => {
    const wrong = { DATABASE_URL: 'mysql://root:hunter2@db/x', STEAM_WEB_API_KEY: 'hunter2' };
    expect(() => parseSettings(wrong, ['DATABASE_URL'])).toThrow(
      /DATABASE_URL must be a URL[^]*STEAM_WEB_API_KEY/,
    );
    expect(() => parseSettings(wrong, ['DATABASE_URL'])).not.toThrow(/hunter2/);
  });

  test('says which URL to use when only the REST credentials of Supabase are set', () => {
    expect(() => parseSettings({ SUPABASE_URL: 'https://x.supabase.co' }, ['DATABASE_URL'])).toThrow(
      /Session pooler/,
    );
  });

  test.for(['-1', '65536', 'http'])('refuses %j as a port', (port) => {
    expect(() => parseSettings({ PORT: port }, [])).toThrow(/PORT must be/);
  });

  test.for([
    [undefined, false],
    ['false', false],
    ['true', true],
  ] as const)('reads BOARD_READ_ONLY=%s as %s', ([text, readOnly]) => {
    const variables = text === undefined ? {} : { BOARD_READ_ONLY: text };
    expect(parseSettings(variables, []).BOARD_READ_ONLY).toBe(readOnly);
  });

  test.for(['1', 'TRUE', 'yes'])('refuses %j as BOARD_READ_ONLY', (text) => {
    expect(() => parseSettings({ BOARD_READ_ONLY: text }, [])).toThrow(
      'BOARD_READ_ONLY must be true or false',
    );
  });

  test.for(['2', '0.5', '1000'])('accepts %s as a rate', (rate) => {
    expect(parseSettings({ FETCH_RATE_PER_SECOND: rate }, []).FETCH_RATE_PER_SECOND).toBe(Number(rate));
  });

  test.for(['0', '-1', '1e9', 'NaN', '2 '])('refuses %j as a rate', (rate) => {
    expect(() => parseSettings({ FETCH_RATE_PER_SECOND: rate }, [])).toThrow(/FETCH_RATE_PER_SECOND must be/);
  });
});
