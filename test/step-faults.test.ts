import { Client } from 'pg';
import { expect, test } from 'vitest';
import { closeAtEnd } from './support/cleanup.ts';
import { startPipeline } from './support/pipeline.ts';
import { startTestSimulator } from './support/simulator.ts';

const SOON = { timeout: 60_000 };

test(
  'a poll whose statement is too slow, or meets an open transaction, makes the producer unready with that reason until it works again',
  { timeout: 300_000 },
  async () => {
    const simulator = await startTestSimulator({ apps: 100, seed: 4 });
    const pipeline = await startPipeline(simulator);
    await pipeline.settled(60_000);
    const { producer } = pipeline.services;
    const readReason = async () => (await fetch(`${producer.url}/readyz`)).text();
    const editor = new Client({ connectionString: pipeline.env['DATABASE_URL'], application_name: 'psql' });
    await editor.connect();
    closeAtEnd('editor', () => editor.end());

    await editor.query('begin; select from pics_state for update');
    simulator.release(20);
    await expect.poll(readReason, SOON).toContain("somebody's open transaction holds what the poll changes");
    await producer.waitForLine(/holds what the poll changes: pid \d+, application psql, since/);
    await editor.query('rollback');
    await expect.poll(readReason, SOON).toContain('"ready"');

    await editor.query(`
      create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(60); return new; end';
      create trigger slow before insert on pics_changes for each statement execute function wait()`);
    simulator.release(20);
    await expect
      .poll(readReason, SOON)
      .toContain('Postgres is too slow, a statement of the poll took longer than it may');
    await editor.query('drop trigger slow on pics_changes');
    await expect.poll(readReason, SOON).toContain('"ready"');
    await pipeline.settled(60_000);
    expect(await pipeline.stop()).toEqual([0, 0, 0]);
  },
);
