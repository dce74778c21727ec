import { beforeAll, describe, expect, test } from 'vitest';
import { CREDENTIALS, LOGON, startTestBoard, type TestBoard } from '../../../../test/support/board.ts';

const PASSWORD = CREDENTIALS.BOARD_PASSWORD;
const wrong = (password: string, user = CREDENTIALS.BOARD_USER) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('a board with credentials', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard(CREDENTIALS);
  });

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
    '/apps/440',
    '/assets/board.css',
    '/assets/%2e%2e/package.json',
    '/nowhere',
    'http://127.0.0.1/queues',
    '/?user=ada',
  ])('shows nothing of %s to somebody it does not know', async (path) => {
    const { status, headers, text } = await board.send(path);
    expect([status, text]).toEqual([401, 'Who are you?']);
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
  ] as const)('is not opened by %s', async ([, headers]) => {
    // From another address each time, or the limit on failed logons would answer instead.
    const { status } = await board.send('/', {
      headers: { 'x-forwarded-for': JSON.stringify(headers), ...headers },
    });
    expect(status).toBe(401);
  });

  test.for(['/', '/queues', '/api/overview', '/assets/board.css'])(
    'opens %s to who knows them',
    async (path) => {
      expect((await board.send(path, { headers: LOGON })).status).toBe(200);
    },
  );

  test('takes the name of the scheme in any case, as browsers and programs write it', async () => {
    const headers = { authorization: LOGON.authorization.replace('Basic', 'basic') };
    expect((await board.send('/', { headers })).status).toBe(200);
  });

  test('turns an address away after ten wrong logons, even with the right one, and lets others in', async () => {
    const guesser = { 'x-forwarded-for': '203.0.113.9' };
    for (let guess = 0; guess < 10; guess += 1) {
      expect((await board.send('/', { headers: { ...guesser, ...wrong(`guess ${guess}`) } })).status).toBe(
        401,
      );
    }
    const turnedAway = await board.send('/', { headers: { ...guesser, ...LOGON } });
    expect(turnedAway.status).toBe(429);
    expect(Number(turnedAway.headers['retry-after'])).toBeGreaterThan(50);
    expect((await board.send('/', { headers: { 'x-forwarded-for': '203.0.113.10', ...LOGON } })).status).toBe(
      200,
    );
  });

  test('says in the log that a logon was refused, and never with what', async () => {
    await board.send('/', { headers: { 'x-forwarded-for': '198.51.100.7', ...wrong('hunter2') } });
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

describe('a board without credentials', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard();
  });

  test.for(['localhost', 'localhost:3000', '127.0.0.1:3000', '[::1]:3000'])(
    'answers when it is called %s',
    async (host) => {
      expect((await board.send('/', { headers: { host } })).status).toBe(200);
    },
  );

  test.for([
    ['evil.example', {}],
    ['evil.example:3000', {}],
    ['localhost.evil.example', {}],
    ['localhost.', {}],
    ['127.0.0.1.nip.io', {}],
    ['evil.example', { 'x-forwarded-host': 'localhost' }],
    ['evil.example', { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-server': 'localhost' }],
  ] as const)('shows nothing to a page that calls it %s', async ([host, headers]) => {
    const { status, text } = await board.send('/', { headers: { host, ...headers } });
    expect([status, text]).toEqual([403, 'The board answers to localhost only.']);
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
  )('%s %s by a page of another origin is refused (%j)', async ([method, path, headers]) => {
    const { status, text } = await board.send(path, { method, headers: { ...LOGON, ...headers }, body: {} });
    expect(status).toBe(403);
    expect(text).toContain('another origin');
    expect(await isPaused()).toBe(false);
  });

  test.for(['.', '.evil.example', '@evil.example', ':1'])(
    'is refused when the origin only begins like the board (%s)',
    async (end) => {
      const headers = { ...LOGON, origin: `http://${board.host}${end}` };
      expect((await board.send('/api/pause', { method: 'POST', headers })).status).toBe(403);
    },
  );

  test('asked for by GET changes nothing, whatever other method a header names', async () => {
    const headers = { ...LOGON, 'x-http-method-override': 'POST' };
    expect((await board.send('/api/pause?_method=POST', { headers })).status).toBe(404);
    expect(await isPaused()).toBe(false);
  });

  test('of the board itself passes, behind TLS as well, and so does one of a program', async () => {
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

  test('leaves one line in the log: who, from where, what, how many, and what came of it', async () => {
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
        message: 'write',
      },
      { who: 'ada', address: '127.0.0.1', method: 'POST', path: '/api/sync', status: 403, message: 'write' },
    ]);
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
      { error: 'This board is read only (BOARD_READ_ONLY).' },
    ]);
  });

  test('shows everything and offers no button that would be refused', async () => {
    const { status, text } = await board.send('/');
    expect(status).toBe(200);
    expect(text).toContain('read only');
    expect(text).not.toContain('data-do=');
  });

  test('tells Bull Board, which offers none either', async () => {
    const { text } = await board.send('/queues/api/queues');
    const { queues } = JSON.parse(text) as { queues: { readOnlyMode: boolean; allowRetries: boolean }[] };
    expect(queues.map(({ readOnlyMode, allowRetries }) => [readOnlyMode, allowRetries])).toEqual([
      [true, false],
      [true, false],
    ]);
  });
});

describe('every answer', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startTestBoard();
  });

  test.for(['/', '/queues', '/api/overview', '/assets/overview.js', '/nowhere'])(
    'to %s keeps the browser to this host',
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
