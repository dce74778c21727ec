import { beforeAll, describe, expect, test } from 'vitest';
import { CREDENTIALS, LOGON, startTestBoard, type TestBoard } from '../../../../test/support/board.ts';

const PASSWORD = CREDENTIALS.BOARD_PASSWORD;
const wrong = (password: string, user = CREDENTIALS.BOARD_USER) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('a board with credentials', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard({ ...CREDENTIALS, BOARD_TRUSTED_PROXIES: ['127.0.0.1'] });
  });

  let clients = 0;
  /** Another address each time, as a trusted proxy sends it: the limit on failed logons is not reached. */
  const nextClient = () => ({ 'x-forwarded-for': `198.51.100.${(clients += 1)}` });

  test.for([
    '/',
    '//',
    '/queues',
    '//queues',
    '/QUEUES',
    '/queues%2f',
    '/%71ueues',
    '/queues/..%2f',
    '/./queues',
    '/queues/static/js/main.js',
    '/queues/api/queues',
    '/api/overview',
    '/api/events',
    '/api/events?type=app.changed',
    '/api/events/live',
    '/api/apps/440/history',
    '/apps/440',
    '/apps/440/diff',
    '/changes',
    '/assets/board.css',
    '/assets/%2e%2e/package.json',
    '/nowhere',
    'http://127.0.0.1/queues',
    '/?user=ada',
  ])('shows nothing of %s without credentials', async (path) => {
    const { status, headers, text } = await board.send(path);
    expect([status, text]).toEqual([401, 'Authentication required.']);
    expect(headers['www-authenticate']).toBe('Basic realm="pics", charset="UTF-8"');
  });

  test.for([
    ['X-Forwarded-User', { 'x-forwarded-user': 'ada' }],
    ['X-Forwarded-For', { 'x-forwarded-for': '127.0.0.1' }],
    ['X-Forwarded-Host', { 'x-forwarded-host': 'localhost' }],
    ['X-Original-URL', { 'x-original-url': '/assets/icon.svg' }],
    ['a Host that is this machine', { host: 'localhost' }],
    ['another scheme', { authorization: LOGON.authorization.replace('Basic', 'Bearer') }],
    ['the password alone', { authorization: `Basic ${Buffer.from(PASSWORD).toString('base64')}` }],
    ['the credentials in clear', { authorization: `Basic ada:${PASSWORD}` }],
    ['a longer password', wrong(`${PASSWORD} `)],
    ['a shorter password', wrong(PASSWORD.slice(0, -1))],
    ['another case', wrong(PASSWORD.toUpperCase())],
    ['another user', wrong(PASSWORD, 'Ada')],
    ['nothing', { authorization: 'Basic ' }],
    ['a NUL after the password', wrong(`${PASSWORD}\0`)],
  ] as const)('refuses %s', async ([, headers]) => {
    expect((await board.send('/', { headers: { ...nextClient(), ...headers } })).status).toBe(401);
  });

  test.for(['/', '/queues', '/api/overview', '/assets/board.css'])(
    'serves %s to a user with the credentials',
    async (path) => {
      expect((await board.send(path, { headers: LOGON })).status).toBe(200);
    },
  );

  test('accepts the name of the scheme in any case', async () => {
    const headers = { authorization: LOGON.authorization.replace('Basic', 'basic') };
    expect((await board.send('/', { headers })).status).toBe(200);
  });

  test('refuses a client behind a trusted proxy after ten failed logons, even with the right password, and admits others', async () => {
    const guesser = (forged: string) => ({ 'x-forwarded-for': `${forged}, 203.0.113.9` });
    for (let guess = 0; guess < 10; guess += 1) {
      const headers = { ...guesser(`192.0.2.${guess}`), ...wrong(`guess ${guess}`) };
      expect((await board.send('/', { headers })).status).toBe(401);
    }
    const refused = await board.send('/', { headers: { ...guesser('192.0.2.99'), ...LOGON } });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await board.send('/', { headers: { 'x-forwarded-for': '203.0.113.10', ...LOGON } })).status).toBe(
      200,
    );
  });

  test('logs that a logon was refused, without the credentials', async () => {
    await board.send('/', { headers: { ...nextClient(), ...wrong('hunter2') } });
    await board.send('/api/pause', { method: 'POST', headers: LOGON });
    await board.send('/api/nonsense', { method: 'POST', headers: LOGON, body: { [PASSWORD]: 1 } });
    const page = await board.send('/', { headers: LOGON });
    const overview = await board.send('/api/overview', { headers: LOGON });
    expect(board.lines.join('\n')).toContain('logon refused');
    for (const secret of ['hunter2', PASSWORD, LOGON.authorization, LOGON.authorization.slice(6)]) {
      expect(board.lines.join('\n')).not.toContain(secret);
      expect(page.text + overview.text).not.toContain(secret);
    }
  });
});

describe('a board with credentials and without trusted proxies', () => {
  test('gives an address ten guesses, whatever X-Forwarded-For claims, and logs once that it is ignored', async () => {
    const board = await startTestBoard(CREDENTIALS);
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess += 1) {
      const headers = { 'x-forwarded-for': `203.0.113.${guess}`, ...wrong(`guess ${guess}`) };
      statuses.push((await board.send('/', { headers })).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    const warnings = board.lines.filter((line) => line.includes('X-Forwarded-For is ignored'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"address":"127.0.0.1"');
  });
});

describe('a board without credentials', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard();
  });

  test.for([
    'localhost',
    'localhost:3000',
    'LOCALHOST:3000',
    'localhost.',
    'Localhost.:3000',
    '127.0.0.1:3000',
    '[::1]:3000',
  ])('serves requests to %s', async (host) => {
    expect((await board.send('/', { headers: { host } })).status).toBe(200);
  });

  test.for([
    ['evil.example', {}],
    ['evil.example:3000', {}],
    ['localhost.evil.example', {}],
    ['localhost..', {}],
    ['127.0.0.1.nip.io', {}],
    ['evil.example', { 'x-forwarded-host': 'localhost' }],
    ['evil.example', { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-server': 'localhost' }],
  ] as const)('refuses requests to %s (%j)', async ([host, headers]) => {
    const { status, text } = await board.send('/', { headers: { host, ...headers } });
    expect([status, text]).toEqual([403, 'This board has no password, so it serves localhost only.']);
  });
});

describe('a write', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard(CREDENTIALS);
  });

  const isPaused = async () => {
    const state = await board.database.selectFrom('picsState').select('pausedAt').executeTakeFirstOrThrow();
    return state.pausedAt !== null || (await board.queues.fetch.bull.isPaused());
  };

  const WRITES = [
    ['POST', '/api/pause'],
    ['POST', '//api/pause'],
    ['POST', '/API/pause/'],
    ['POST', '/api%2fpause'],
    ['POST', '/api/pause?x=1'],
    ['PUT', '/queues/api/queues/pause'],
    ['PUT', '/queues/api/queues/pics-fetch/pause'],
    ['PUT', '//queues/api/queues/pics-fetch/pause'],
    ['PUT', '/QUEUES/api/queues/pics-fetch/pause'],
    ['POST', '/queues/api/queues/pics-fetch/add'],
    ['PATCH', '/queues/api/queues/pics-fetch/1/update-data'],
    ['DELETE', '/api/pause'],
  ] as const;

  test.for(
    WRITES.flatMap(([method, path]) => [
      [method, path, { origin: 'https://evil.example' }] as const,
      [method, path, { origin: 'null' }] as const,
      [method, path, { 'sec-fetch-site': 'cross-site' }] as const,
      [method, path, { 'sec-fetch-site': 'same-site' }] as const,
      [method, path, { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }] as const,
      [method, path, { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }] as const,
    ]),
  )('is refused for a page of another origin: %s %s (%j)', async ([method, path, headers]) => {
    const { status, text } = await board.send(path, { method, headers: { ...LOGON, ...headers }, body: {} });
    expect(status).toBe(403);
    expect(text).toContain('another origin');
    expect(await isPaused()).toBe(false);
  });

  test.for(['.', '.evil.example', '@evil.example', ':1'])(
    'is refused when the origin only starts with that of the board (%s)',
    async (end) => {
      const headers = { ...LOGON, origin: `http://${board.host}${end}` };
      expect((await board.send('/api/pause', { method: 'POST', headers })).status).toBe(403);
    },
  );

  test('is accepted from a page of the public URL, whatever Host the proxy sends', async () => {
    const behind = await startTestBoard({ ...CREDENTIALS, BOARD_PUBLIC_URL: 'https://pics.example/mirror' });
    const send = async (origin: string) => {
      const headers = { ...LOGON, host: 'board:3000', origin, 'sec-fetch-site': 'same-origin' };
      return (await behind.send('/api/resume', { method: 'POST', headers })).status;
    };
    expect(await send('https://pics.example')).toBe(200);
    for (const origin of ['http://pics.example', 'https://pics.example.evil.example', 'https://mirror']) {
      expect(await send(origin)).toBe(403);
    }
  });

  test('is accepted from a page of the host in X-Forwarded-Host, if a trusted proxy sends it', async () => {
    const send = async (to: TestBoard) => {
      const forwarded = { host: 'board:3000', 'x-forwarded-host': 'Pics.Example' };
      const headers = { ...LOGON, ...forwarded, origin: 'https://pics.example' };
      return (await to.send('/api/resume', { method: 'POST', headers })).status;
    };
    expect(await send(board)).toBe(403);
    expect(await send(await startTestBoard({ ...CREDENTIALS, BOARD_TRUSTED_PROXIES: ['loopback'] }))).toBe(
      200,
    );
  });

  test('is never made by a GET request, whatever method its headers name', async () => {
    const headers = { ...LOGON, 'x-http-method-override': 'POST' };
    expect((await board.send('/api/pause?_method=POST', { headers })).status).toBe(404);
    expect(await isPaused()).toBe(false);
  });

  test('is accepted from the board itself, behind TLS too, and from programs', async () => {
    for (const headers of [
      { origin: `http://${board.host}`, 'sec-fetch-site': 'same-origin' },
      { origin: `https://${board.host}` },
      {},
    ]) {
      expect(
        (await board.send('/api/resume', { method: 'POST', headers: { ...LOGON, ...headers } })).status,
      ).toBe(200);
    }
  });

  test('logs one line with user, address, action, number of apps and status', async () => {
    board.lines.length = 0;
    const body = { appids: [440, 570] };
    await board.send('/api/sync', { method: 'POST', headers: LOGON, body });
    await board.send('/api/sync', {
      method: 'POST',
      headers: { ...LOGON, origin: 'https://evil.example' },
      body,
    });
    await expect.poll(() => board.lines).toHaveLength(2);
    expect(board.lines.map((line) => JSON.parse(line) as object)).toEqual([
      {
        who: 'ada',
        address: '127.0.0.1',
        method: 'POST',
        path: '/api/sync',
        status: 200,
        action: 'sync',
        apps: 2,
        message: 'write request',
      },
      {
        who: 'ada',
        address: '127.0.0.1',
        method: 'POST',
        path: '/api/sync',
        status: 403,
        message: 'write request',
      },
    ]);
  });
});

describe('a read', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard();
  });
  const read = async (path: string, headers: Record<string, string>) =>
    (await board.send(path, { headers })).status;

  test.for([
    '/',
    '/queues',
    '/api/overview',
    '/api/events',
    '/API/events',
    '/api/events/live',
    '/assets/board.css',
  ])(
    'of %s is refused for a page of another origin, before it takes a place of the live overview',
    async (path) => {
      expect(await read(path, { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'empty' })).toBe(403);
      expect(await read(path, { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'image' })).toBe(403);
      expect(await read(path, { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' })).toBe(403);
      // What a browser sends to a host without TLS.
      expect(await read(path, { origin: 'https://evil.example' })).toBe(403);
    },
  );

  const LINK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  test('through a link on another page opens pages, and nothing of the API', async () => {
    expect(await read('/', LINK)).toBe(200);
    expect(await read('/queues', LINK)).toBe(200);
    expect(await read('/api/events', LINK)).toBe(403);
    expect(await read('/api/overview', LINK)).toBe(403);
  });

  test('through an address that is typed is served', async () => {
    const typed = { ...LINK, 'sec-fetch-site': 'none' };
    expect(await read('/', typed)).toBe(200);
    expect(await read('/api/overview', typed)).toBe(200);
  });
});

describe('a read-only board', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard({ BOARD_READ_ONLY: true });
  });

  test.for([
    ['POST', '/api/pause'],
    ['POST', '/api/requeue'],
    ['PUT', '/api/rate'],
    ['PUT', '/queues/api/queues/pause'],
    ['PUT', '/queues/api/queues/pics-fetch/empty'],
    ['POST', '/queues/api/queues/pics-fetch/add'],
  ] as const)('refuses %s %s', async ([method, path]) => {
    const { status, text } = await board.send(path, { method, body: { failed: true } });
    expect([status, JSON.parse(text)]).toEqual([
      403,
      { error: 'This board is read-only (BOARD_READ_ONLY).' },
    ]);
  });

  test('shows everything and no button that would be refused', async () => {
    const { status, text } = await board.send('/');
    expect(status).toBe(200);
    expect(text).toContain('read-only');
    expect(text).not.toContain('data-action=');
  });

  test('makes Bull Board read-only as well', async () => {
    const { text } = await board.send('/queues/api/queues');
    const { queues } = JSON.parse(text) as { queues: { readOnlyMode: boolean; allowRetries: boolean }[] };
    expect(queues.map(({ readOnlyMode, allowRetries }) => [readOnlyMode, allowRetries])).toEqual([
      [true, false],
      [true, false],
    ]);
  });
});

describe('every response', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard();
  });

  test.for(['/', '/queues', '/api/overview', '/assets/overview.js', '/nowhere'])(
    'for %s limits the browser to this host',
    async (path) => {
      const { headers } = await board.send(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toMatch(/script-src 'self'( 'sha256-[^']+')?;/);
      expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
      expect(policy.includes("'unsafe-inline'")).toBe(path === '/queues');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
    },
  );
});
