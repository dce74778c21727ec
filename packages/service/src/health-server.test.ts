import { Counter, Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { startHealthServer, type HealthSources } from './health-server.ts';

let close = async () => {};
afterEach(() => close());

async function start(sources: Partial<HealthSources>): Promise<string> {
  const metrics = new Registry();
  new Counter({ name: 'tests_total', help: 'Tests.', registers: [metrics] }).inc();
  const server = await startHealthServer(0, '127.0.0.1', {
    service: 'test',
    metrics,
    findReasonNotReady: () => undefined,
    ...sources,
  });
  close = () => server.close();
  return `http://127.0.0.1:${server.port}`;
}

describe('/readyz', () => {
  test.for([
    ['the database cannot be reached: getaddrinfo ENOTFOUND db.internal', 'the database cannot be reached'],
    ['the database refuses: password authentication failed for user "anna"', 'the database refuses'],
    ['the fleet pauses until 12:03', 'the fleet pauses until 12:03'],
    ['stopping', 'stopping'],
  ])('gives strangers of %j only the general part', async ([reason = '', shown]) => {
    const url = await start({ findReasonNotReady: () => reason });
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'not ready', service: 'test', reason: shown },
    ]);
  });
});

describe('/metrics', () => {
  const read = async (url: string, authorization?: string) => {
    const response = await fetch(`${url}/metrics`, { headers: authorization ? { authorization } : {} });
    return [response.status, (await response.text()).includes('tests_total 1')];
  };

  test('is open without a token in the settings', async () => {
    expect(await read(await start({}))).toEqual([200, true]);
  });

  test('requires the token in the settings as a bearer token', async () => {
    const url = await start({ metricsToken: 'correct-horse-battery' });
    expect(await read(url, 'Bearer correct-horse-battery')).toEqual([200, true]);
    for (const wrong of [undefined, 'Bearer ', 'Bearer correct-horse', 'Basic correct-horse-battery']) {
      expect(await read(url, wrong)).toEqual([401, false]);
    }
  });
});
