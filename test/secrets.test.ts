import { describe, expect, inject, test } from 'vitest';
import { findFreePort, waitUntil } from '@pics/local';
import { startService, type TestService } from './support/processes.ts';
import { createTestRedis } from './support/redis.ts';

const SERVICES = ['producer', 'fetcher', 'writer', 'board'] as const;

/** Part of every password and key below, and of no other text. */
const SECRET = 'hunter2';

const SECRETS = {
  BOARD_USER: 'operator',
  BOARD_PASSWORD: `${SECRET}-board`,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRET}-otlp`,
  LOG_LEVEL: 'trace',
};

/** Everything that a service shows without a password: its output and its responses. */
async function collectOutput(service: TestService): Promise<string> {
  const paths = ['/healthz', '/readyz', '/metrics', '/', '/nowhere'];
  const responses = await Promise.all(
    paths.map(async (path) => {
      const headers = { authorization: `Basic ${btoa(`operator:${SECRET}-wrong`)}` };
      const response = await fetch(service.url + path, { headers });
      return `${JSON.stringify([...response.headers])} ${await response.text()}`;
    }),
  );
  return [...service.lines, ...responses].join('\n');
}

const readReadiness = async (service: TestService) => (await fetch(`${service.url}/readyz`)).text();

/** Starts a service that cannot reach its servers and waits until it reports that. */
async function startUnready(
  name: string,
  env: Record<string, string>,
  reported: RegExp,
): Promise<TestService> {
  const service = await startService(name, { ...SECRETS, ...env }, 'alive');
  await service.waitForLine(/"redis connection"/);
  expect(await waitUntil(async () => reported.test(await readReadiness(service)), 20_000)).toBe(true);
  return service;
}

describe.each(SERVICES)('the %s', (name) => {
  test('shows no password when Postgres, Redis and the collector are unreachable', async () => {
    const closed = await findFreePort();
    const service = await startUnready(
      name,
      {
        DATABASE_URL: `postgres://me:${SECRET}-pg@127.0.0.1:${closed}/pics`,
        REDIS_URL: `redis://me:${SECRET}-redis@127.0.0.1:${closed}`,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://me:${SECRET}-otlp@127.0.0.1:${closed}`,
        STEAM_CM_SERVERS: `127.0.0.1:${closed}`,
      },
      /not ready/,
    );
    expect(await collectOutput(service)).not.toContain(SECRET);
    // Strangers do not learn where the servers are; the log says it.
    expect(await readReadiness(service)).not.toMatch(new RegExp(`127\\.0|${closed}|pics`));
    expect(service.lines.join('\n')).toContain(`127.0.0.1:${closed}`);
    expect(await service.stop()).toBe(0);
    expect(service.lines.join('\n')).not.toContain(SECRET);
  });

  test('shows no password when Postgres and Redis refuse it', async () => {
    const redis = await createTestRedis();
    const wrong = (url: string) => {
      const changed = new URL(url);
      changed.password = `${SECRET}-wrong`;
      return changed.href;
    };
    const service = await startUnready(
      name,
      {
        DATABASE_URL: wrong(inject('postgresUrl')),
        REDIS_URL: wrong(redis.url),
        STEAM_CM_SERVERS: `127.0.0.1:${await findFreePort()}`,
      },
      /not ready/,
    );
    expect(service.lines.join('\n')).toMatch(/WRONGPASS|invalid username-password/);
    expect(await readReadiness(service)).not.toMatch(/user|127\.0/);
    expect(await collectOutput(service)).not.toContain(SECRET);
    expect(await service.stop()).toBe(0);
    expect(service.lines.join('\n')).not.toContain(SECRET);
  });

  test('names every invalid setting and shows no password', async () => {
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
    const output = service.lines.join('\n');
    for (const setting of ['DATABASE_URL', 'REDIS_URL', 'STEAM_WEB_API_KEY', 'BOARD_USER']) {
      expect(output).toContain(setting);
    }
    expect(output).not.toContain(SECRET);
  });
});

test.each(['producer', 'writer', 'board'])(
  'the %s explains which URL it needs when it is given the URL of the Supabase REST API',
  async (name) => {
    const env = {
      SUPABASE_URL: 'https://x.supabase.co',
      SUPABASE_SERVICE_KEY: SECRET,
      REDIS_URL: 'redis://x',
    };
    const service = await startService(name, env, 'nothing');
    expect(await service.exited).toBe(2);
    const output = service.lines.join('\n');
    expect(output).toMatch(
      /DATABASE_URL is not set: SUPABASE_URL and its keys are for the REST API.*Session pooler, port 5432/,
    );
    expect(output).not.toContain(SECRET);
  },
);
