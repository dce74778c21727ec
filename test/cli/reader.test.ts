import { randomBytes } from 'node:crypto';
import { connectDatabase } from '@pics/database';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { closeAtEnd } from '../support/cleanup.ts';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';

let world: CliWorld;

beforeAll(async () => {
  world = await createCliWorld();
  await sql`insert into apps (appid, name) values (440, 'Team Fortress 2')`.execute(world.database);
});

/** A name that no other test uses; the user is removed when the test is done. */
function userName(): string {
  const name = `reader_${randomBytes(6).toString('hex')}`;
  closeAtEnd(name, async () => {
    const database = connectDatabase(world.databaseUrl, { applicationName: 'test', maxConnections: 1 });
    await sql`drop owned by ${sql.id(name)}`.execute(database).catch(() => {});
    await sql`drop role if exists ${sql.id(name)}`.execute(database);
    await database.destroy();
  });
  return name;
}

async function readNames(url: string): Promise<unknown[]> {
  const reader = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
  try {
    return (await sql<{ name: string }>`select name from app_details`.execute(reader)).rows;
  } finally {
    await reader.destroy();
  }
}

test('reader create prints only a URL that reads the catalogue, rotate replaces it, and drop ends it', async () => {
  const name = userName();
  const created = await world.pics('reader', 'create', name);
  expect(created).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^postgres\S+\n$/) });
  expect(created.stderr).toContain('may read the catalogue and change nothing');
  const first = created.stdout.trim();
  expect(created.stderr).not.toContain(new URL(first).password);
  expect(await readNames(first)).toEqual([{ name: 'Team Fortress 2' }]);
  expect((await world.pics('reader')).stdout).toMatch(new RegExp(`${name} +pics reader`));

  const { url } = (await world.ask('reader', 'rotate', name)) as { url: string };
  await expect(readNames(first)).rejects.toThrow('password authentication failed');
  expect(await readNames(url)).toHaveLength(1);

  expect((await world.pics('reader', 'drop', name)).stdout).toBe(`Dropped ${name}.\n`);
  await expect(readNames(url)).rejects.toThrow('password authentication failed');
  expect(await world.pics('reader', 'drop', name)).toMatchObject({ exitCode: 1, stdout: '' });
});

test('doctor names a user who may select and gets no row, and what to do', async () => {
  const name = userName();
  await sql
    .raw(`create role ${name} login; grant select on apps, developers to ${name}`)
    .execute(world.database);
  const { findings } = JSON.parse((await world.pics('doctor', '--json')).stdout) as { findings: unknown[] };
  expect(findings).toContainEqual({
    subject: 'Readers',
    level: 'warning',
    text: `${name} may select from apps and developers and gets no row and no error: row level security is on`,
    advice: `If it is to read the catalogue: GRANT pics_reader TO ${name}`,
  });
});
