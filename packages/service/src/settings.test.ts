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

  test.for(['BOARD_PASSWORD', 'METRICS_TOKEN'] as const)('refuses a short %s without showing it', (name) => {
    const settings = (value: string) => parseSettings({ BOARD_USER: 'ada', [name]: value }, []);
    const other = name === 'BOARD_PASSWORD' ? '' : 'BOARD_USER and BOARD_PASSWORD must be set together\n';
    expect(() => settings('hunter2hunt')).toThrow(`${other}${name} must have at least 12 characters`);
    expect(() => settings('hunter2hunt')).not.toThrow(/hunter2/);
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

  test('reads the tables and columns of KEEP_COLUMNS', () => {
    expect(parseSettings({ KEEP_COLUMNS: 'apps.is_free, app_dlc,' }, []).KEEP_COLUMNS).toEqual([
      'apps.is_free',
      'app_dlc',
    ]);
    expect(parseSettings({}, []).KEEP_COLUMNS).toEqual([]);
  });

  test('reads the sections of JSON_SECTIONS, and refuses them without documents', () => {
    const read = (variables: Record<string, string>) => parseSettings(variables, []);
    expect(read({})).toMatchObject({ DOCUMENTS: 'versions', JSON_SECTIONS: [] });
    expect(read({ JSON_SECTIONS: 'depots, ufs,depots,' }).JSON_SECTIONS).toEqual(['depots', 'ufs']);
    expect(() => read({ JSON_SECTIONS: 'Depots' })).toThrow(/^JSON_SECTIONS must be a list of sections/);
    expect(() => read({ JSON_SECTIONS: 'depots', DOCUMENTS: 'off' })).toThrow(
      /^JSON_SECTIONS needs DOCUMENTS/,
    );
    expect(() => read({ DOCUMENTS: 'all' })).toThrow('DOCUMENTS must be off, latest or versions, not "all"');
  });

  test('refuses all at once what KEEP_COLUMNS cannot keep', () => {
    expect(() => parseSettings({ KEEP_COLUMNS: 'apps.price,prices,app_dlc.source,apps.name' }, [])).toThrow(
      /^KEEP_COLUMNS must name what Steam fills: apps\.price is none of the columns name, .*; prices is none of the tables apps, .*; app_dlc\.source is a column of links, name their table: app_dlc, not ".*"$/,
    );
  });

  test.for(['https://pics.example', 'https://example.com/pics/', 'http://10.0.0.1:8080/a/b'])(
    'accepts %s as the public URL of the board',
    (url) => {
      const variables = { BOARD_PUBLIC_URL: url, BOARD_USER: 'ada', BOARD_PASSWORD: 'correct horse battery' };
      expect(parseSettings(variables, []).BOARD_PUBLIC_URL).toBe(url);
    },
  );

  test.for([
    'pics.example',
    'ftp://pics.example',
    'https://ada:secret@pics.example',
    'https://pics.example/?a=1',
    'https://pics.example/#top',
    'https://pics.example/queues',
    'https://pics.example/API/x',
  ])('refuses %s as the public URL of the board', (url) => {
    expect(() => parseSettings({ BOARD_PUBLIC_URL: url }, [])).toThrow(/BOARD_PUBLIC_URL must be/);
  });

  test('refuses to make a board without a password public', () => {
    expect(() => parseSettings({ BOARD_PUBLIC_URL: 'https://pics.example' }, [])).toThrow(
      'BOARD_PUBLIC_URL needs BOARD_USER and BOARD_PASSWORD',
    );
  });

  test('reads trusted proxies as a list of addresses and networks', () => {
    const networks = '10.0.0.1, 172.16.0.0/12,fd00::/8, ::1,loopback';
    expect(parseSettings({ BOARD_TRUSTED_PROXIES: networks }, []).BOARD_TRUSTED_PROXIES).toEqual([
      '10.0.0.1',
      '172.16.0.0/12',
      'fd00::/8',
      '::1',
      'loopback',
    ]);
  });

  test.for([
    'nginx',
    '10.0.0.0/33',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/',
    '10.0.0',
    'true',
    '10.0.0.1,',
    'fe80::1%eth0',
  ])('refuses %j as trusted proxies', (networks) => {
    expect(() => parseSettings({ BOARD_TRUSTED_PROXIES: networks }, [])).toThrow(
      /BOARD_TRUSTED_PROXIES must be/,
    );
  });

  test.for(['2', '0.5', '1000'])('accepts %s as a rate', (rate) => {
    expect(parseSettings({ FETCH_RATE_PER_SECOND: rate }, []).FETCH_RATE_PER_SECOND).toBe(Number(rate));
  });

  test.for(['0', '-1', '1e9', 'NaN', '2 '])('refuses %j as a rate', (rate) => {
    expect(() => parseSettings({ FETCH_RATE_PER_SECOND: rate }, [])).toThrow(/FETCH_RATE_PER_SECOND must be/);
  });
});
