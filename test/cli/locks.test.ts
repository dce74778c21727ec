import { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { insertLedger } from '../../packages/database/src/testing/ledger.ts';
import { closeAtEnd } from '../support/cleanup.ts';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';
import { createTestDatabase } from '../support/database.ts';
import { startProcess } from '../support/processes.ts';

let world: CliWorld;

beforeAll(async () => {
  world = await createCliWorld();
  await insertLedger(
    world.database,
    { id: 440, wantedChangeNumber: 5, failedAt: new Date() },
    { id: 570, wantedChangeNumber: 5, settledChangeNumber: 5 },
  );
});

/** Somebody's SQL editor, in the middle of a transaction. */
async function openEditor(url: string, ...statements: string[]): Promise<Client> {
  const editor = new Client({ connectionString: url, application_name: 'DBeaver' });
  await editor.connect();
  closeAtEnd('editor', () => editor.end());
  for (const statement of ['begin', ...statements]) await editor.query(statement);
  return editor;
}

describe("a command that meets somebody else's lock", { timeout: 60_000 }, () => {
  test.for([
    ['requeue', '--failed'],
    ['requeue', '--appids', '440'],
    ['sync', '--appids', '570'],
    ['sync', '--all'],
    ['rate', '2'],
    ['pause'],
    ['resume'],
    ['cursor', '--reset', '--yes'],
  ])('ends with one sentence that names who holds it: pics %s %s', async (command) => {
    const editor = await openEditor(
      world.databaseUrl,
      'select from pics_state for update',
      'select from pics_app_ledger for update',
    );
    const { exitCode, stderr } = await world.pics(...command);
    await editor.query('rollback');
    expect(stderr).toMatch(
      /^Another transaction holds what this command changes: pid (\d+), application DBeaver, since .* UTC: idle in transaction\. Run it again when that has ended\. To end it: select pg_terminate_backend\(\1\)\.\n$/,
    );
    expect(exitCode).toBe(1);
  });
});

test(
  'a migration that waits for a lock says who holds it, and goes on when that ends',
  { timeout: 60_000 },
  async () => {
    const { url } = await createTestDatabase({ migrated: false });
    const editor = await openEditor(url, 'create table apps (appid integer primary key)');
    const migrating = startProcess('apps/cli/src/main.ts', ['migrate'], { DATABASE_URL: url });
    await migrating.waitForLine(
      /^Waiting for a lock, held by pid \d+, application DBeaver, .*Migrating goes on when that ends\.$/,
    );
    await editor.query('rollback');
    await migrating.waitForLine(/^Migrated: /);
    expect(await migrating.exited).toBe(0);
  },
);
