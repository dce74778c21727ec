import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { acquireLeadership, hasLeader } from './acquire-leadership.ts';
import { startSilentProxy } from '../../../../test/support/silent-proxy.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
}

describe('acquireLeadership', () => {
  test('gives the lead to one at a time, and to the next when it is released', async () => {
    const { url } = await freshDatabase();
    const first = await acquireLeadership(url, 'test');
    const waiting = acquireLeadership(url, 'test');
    const elsewhere = await acquireLeadership(url, 'another name');
    expect(await isPending(waiting)).toBe(true);
    await first.release();
    const second = await waiting;
    await Promise.all([second.release(), elsewhere.release()]);
  });

  test('reports that the lead is lost, and lets the next one take over', async () => {
    const { url, db } = await freshDatabase();
    const first = await acquireLeadership(url, 'test');
    const waiting = acquireLeadership(url, 'test');
    const holder = sql`select pid from pg_locks where locktype = 'advisory' and granted and database =
      (select oid from pg_database where datname = current_database())`;
    await sql`select pg_terminate_backend(pid) from (${holder}) as holders`.execute(db);
    expect((await first.lost).message).toMatch(/terminat/);
    const second = await waiting;
    expect(await isPending(second.lost)).toBe(true);
    await Promise.all([first.release(), second.release()]);
  });

  test('does not count as lost when it is released', async () => {
    const { url } = await freshDatabase();
    const leadership = await acquireLeadership(url, 'test');
    await leadership.release();
    const next = await acquireLeadership(url, 'test');
    expect(await isPending(leadership.lost)).toBe(true);
    await next.release();
  });

  test('stops waiting when its signal is aborted', async () => {
    const { url } = await freshDatabase();
    const leader = await acquireLeadership(url, 'test');
    const stop = new AbortController();
    const waiting = acquireLeadership(url, 'test', stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow('abort');
    await expect(acquireLeadership(url, 'test', stop.signal)).rejects.toThrow('abort');
    await leader.release();
  });
});

describe('a leader whose connection falls silent', () => {
  test('stops within seconds, and the next one leads although the server still sees the connection', async () => {
    const { url } = await freshDatabase();
    const proxy = await startSilentProxy(url);
    const first = await acquireLeadership(proxy.url, 'test');
    const waiting = acquireLeadership(url, 'test');
    const silentSince = performance.now();
    proxy.silence();
    expect((await first.lost).message).toContain('not responded for 5 s');
    const second = await waiting;
    expect(performance.now() - silentSince).toBeLessThan(30_000);
    await second.release();
    proxy.restore();
  });

  test('releases the lead in time all the same', async () => {
    const { url } = await freshDatabase();
    const proxy = await startSilentProxy(url);
    const first = await acquireLeadership(proxy.url, 'test');
    proxy.silence();
    await first.release();
    const second = await acquireLeadership(url, 'test');
    expect(await isPending(second.lost)).toBe(true);
    await second.release();
    proxy.restore();
  });
});

test('anybody can see whether somebody leads, in this database and under this name', async () => {
  const { db, url } = await freshDatabase();
  const other = await freshDatabase();
  expect(await hasLeader(db, 'pics-producer')).toBe(false);
  const leadership = await acquireLeadership(url, 'pics-producer');
  expect(await hasLeader(db, 'pics-producer')).toBe(true);
  expect(await hasLeader(db, 'another')).toBe(false);
  expect(await hasLeader(other.db, 'pics-producer')).toBe(false);
  await leadership.release();
  await expect.poll(() => hasLeader(db, 'pics-producer')).toBe(false);
});
