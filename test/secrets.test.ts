import { describe, expect, inject, test } from 'vitest';
import { findFreePort } from '../apps/cli/src/local/free-port.ts';
import { waitUntil } from '../apps/cli/src/local/wait-until.ts';
import { startService, type TestService } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';

const SERVICES = ['producer', 'fetcher', 'writer', 'board'] as const;

/** In every password and key below, and in no other text. */
const SECRET = 'hunter2';

const SECRETS = {
  BOARD_USER: 'operator',
  BOARD_PASSWORD: `${SECRET}-board`,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRET}-otlp`,
  LOG_LEVEL: 'trace',
};

/** Everything a service shows to somebody who has no password: what it printed, and what its open paths answer. */
async function shownBy(service: TestService): Promise<string> {
  const paths = ['/healthz', '/readyz', '/metrics', '/', '/nowhere'];
  const answers = await Promise.all(
    paths.map(async (path) => {
      const headers = { authorization: `Basic ${btoa(`operator:${SECRET}-wrong`)}` };
      const response = await fetch(service.url + path, { headers });
      return `${JSON.stringify([...response.headers])} ${await response.text()}`;
    }),
  );
  return [...service.lines, ...answers].join('\n');
}

/** Starts a service that cannot reach its servers and waits until it has said so about both. */
async function startHindered(name: string, env: Record<string, string>, says: RegExp): Promise<TestService> {
  const service = await startService(name, { ...SECRETS, ...env }, 'alive');
  await service.waitForLine(/"redis connection"/);
  const reason = async () => (await fetch(`${service.url}/readyz`)).text();
  expect(await waitUntil(async () => says.test(await reason()), 20_000)).toBe(true);
  return service;
}

describe.each(SERVICES)('the %s shows no password', (name) => {
  test('when neither Postgres nor Redis nor the collector can be reached', async () => {
    const closed = await findFreePort();
    const service = await startHindered(
      name,
      {
        DATABASE_URL: `postgres://me:${SECRET}-pg@127.0.0.1:${closed}/pics`,
        REDIS_URL: `redis://me:${SECRET}-redis@127.0.0.1:${closed}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://me:${SECRET}-otlp@127.0.0.1:${closed}`,
        STEAM_CM_SERVERS: `127.0.0.1:${closed}`,
      },
      /not ready/,
    );
    expect(await shownBy(service)).not.toContain(SECRET);
    expect(await service.stop()).toBe(0);
    expect(service.lines.join('\n')).not.toContain(SECRET);
  });

  test('when Postgres and Redis refuse it', async () => {
    const redis = await createTestRedis();
    const wrong = (url: string) => {
      const changed = new URL(url);
      changed.password = `${SECRET}-wrong`;
      return changed.href;
    };
    const service = await startHindered(
      name,
      {
        DATABASE_URL: wrong(inject('postgresUrl')),
        REDIS_URL: wrong(redis.url),
        STEAM_CM_SERVERS: `127.0.0.1:${await findFreePort()}`,
      },
      /not ready/,
    );
    expect(service.lines.join('\n')).toMatch(/WRONGPASS|invalid username-password/);
    expect(await shownBy(service)).not.toContain(SECRET);
    expect(await service.stop()).toBe(0);
    expect(service.lines.join('\n')).not.toContain(SECRET);
  });

  test('when its settings are wrong, and names every one of them', async () => {
    const service = await startService(
      name,
      {
        DATABASE_URL: `mysql://me:${SECRET}@db/pics`,
        REDIS_URL: `http://me:${SECRET}@cache`,
        STEAM_WEB_API_KEY: SECRET,
        BOARD_PASSWORD: SECRET,
      },
      'nothing',
    );
    expect(await service.exited).toBe(2);
    const said = service.lines.join('\n');
    for (const setting of ['DATABASE_URL', 'REDIS_URL', 'STEAM_WEB_API_KEY', 'BOARD_USER']) {
      expect(said).toContain(setting);
    }
    expect(said).not.toContain(SECRET);
  });
});

test.each(['producer', 'writer', 'board'])(
  'the %s says which URL it needs when it was given those of the REST API of Supabase',
  async (name) => {
    const env = {
      SUPABASE_URL: 'https://x.supabase.co',
      SUPABASE_SERVICE_KEY: SECRET,
      REDIS_URL: 'redis://x',
    };
    const service = await startService(name, env, 'nothing');
    expect(await service.exited).toBe(2);
    const said = service.lines.join('\n');
    expect(said).toMatch(
      /DATABASE_URL is not set: SUPABASE_URL and its keys are for the REST API.*Session pooler, port 5432/,
    );
    expect(said).not.toContain(SECRET);
  },
);
