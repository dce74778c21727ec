import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '@pics/local';
import type { Simulator } from '@pics/simulator';
import { startPipeline, type Pipeline } from './support/pipeline.ts';
import { createCliWorld } from './support/cli-world.ts';
import { runCli } from './support/run-cli.ts';
import { startTestSimulator } from './support/simulator.ts';

const SETTLE_MS = 60_000;

let simulator: Simulator;
let pipeline: Pipeline;
/** The apps whose text is stored in full. */
let full: number[];

beforeAll(async () => {
  simulator = await startTestSimulator({ apps: 1_000, seed: 16 });
  pipeline = await startPipeline(simulator);
  await pipeline.settled(SETTLE_MS);
  const stored = pipeline.database.selectFrom('appDocuments').select('appid').where('part', '=', 'full');
  full = (await stored.orderBy('appid').execute()).map(({ appid }) => appid);
  if (full.length < 900) throw new Error(`only ${full.length} full documents are stored`);
}, 120_000);

/** Runs `pics verify --json`. */
async function verify(...options: string[]) {
  const { exitCode, stdout, stderr } = await runCli(['verify', '--json', ...options], pipeline.env);
  if (stdout === '') throw new Error(stderr);
  return { exitCode, found: JSON.parse(stdout) };
}

/** The n-th app whose text is stored in full, from 0. */
const appAt = (index: number): number => full[index] ?? 0;

const toHex = ({ sha1, body }: { sha1: Buffer; body: Buffer }) => [
  sha1.toString('hex'),
  body.toString('hex'),
];

const flipByte = (appid: number) =>
  sql`update app_documents set body = set_byte(body, length(body) / 2, get_byte(body, length(body) / 2) # 1)
    where appid = ${appid}`.execute(pipeline.database);

describe('pics verify', { timeout: 120_000 }, () => {
  test('verifies every document of a settled pipeline, including those of restricted apps', async () => {
    const before = simulator.requests(['product-info']).length;
    const { stdout, exitCode } = await runCli(['verify'], pipeline.env);
    const { documents } = await pipeline.database
      .selectFrom('appDocuments')
      .select(({ fn }) => fn.countAll<number>().as('documents'))
      .executeTakeFirstOrThrow();
    const count = documents.toLocaleString('en');
    expect(stdout).toContain(`${count} of ${count} documents are Steam's, byte for byte.`);
    expect(exitCode).toBe(0);
    expect(simulator.requests(['product-info']).length).toBe(before);
  });

  test('verifies a sample with one request', async () => {
    const before = simulator.requests(['metadata']).length;
    const { exitCode, found } = await verify('--sample', '50');
    expect(found).toMatchObject({ sample: 50, differing: 0, damaged: 0, uncompared: 0 });
    expect(found.documents).toBe(found.verified);
    expect(found.documents).toBeGreaterThanOrEqual(50);
    expect(exitCode).toBe(0);
    expect(simulator.requests(['metadata']).length).toBe(before + 1);
  });

  test('finds one flipped byte, another text at the stored number and an app without a document, and mends them with --fix', async () => {
    const [damaged, different, missing] = [appAt(10), appAt(20), appAt(30)];
    const read = () =>
      pipeline.database
        .selectFrom('appDocuments')
        .selectAll()
        .where('appid', 'in', [damaged, different, missing])
        .orderBy('appid')
        .execute();
    const before = await read();
    await flipByte(damaged);
    const { sha1, size, body } = before.find(({ appid }) => appid === missing) ?? {};
    await pipeline.database
      .updateTable('appDocuments')
      .set({ ...(sha1 && { sha1 }), ...(size && { size }), ...(body && { body }) })
      .where('appid', '=', different)
      .execute();
    await pipeline.database.deleteFrom('appDocuments').where('appid', '=', missing).execute();

    const first = await verify();
    expect(first.exitCode).toBe(1);
    expect(first.found).toMatchObject({ differing: 1, damaged: 1, missing: 1, wanted: null });
    expect(first.found.differences).toMatchObject([
      { appid: damaged, announcedSha1: null, damage: expect.any(String) },
      { appid: different, announcedSha1: simulator.findApp(different)?.sha, damage: null },
    ]);

    const fixed = await verify('--fix');
    // Steam sends no text of some restricted apps: nothing could be fetched.
    expect([fixed.exitCode, fixed.found.wanted]).toEqual([1, { damaged: 1, different: 1, missing: 1 }]);
    await pipeline.settled(SETTLE_MS);
    const after = await read();
    expect(after.map(toHex)).toEqual(before.map(toHex));
    const last = await verify();
    expect(last.exitCode).toBe(0);
    expect(last.found).toMatchObject({ differing: 0, damaged: 0, missing: 0 });
  });

  test('raises no alarm for apps that change meanwhile, and they are fetched', async () => {
    // The scan reaches an app that changed before or after the feed announced it, whichever comes first.
    const running = verify();
    const changed = simulator.releaseApps(full.slice(100, 200));
    const { exitCode, found } = await running;
    expect(found).toMatchObject({ differing: 0, damaged: 0 });
    expect(exitCode).toBe(0);
    await pipeline.caughtUp(SETTLE_MS);
    const isStored = async () => {
      const { rows } = await sql<{ apps: number }>`
        select count(*) as apps from app_documents
        where appid = any (${changed.map(({ appid }) => appid)}::integer[]) and part = 'full'
          and encode(sha1, 'hex') = any (${changed.map(({ appid }) => simulator.findApp(appid, { withToken: true })?.sha ?? '')}::text[])
      `.execute(pipeline.database);
      return rows[0]?.apps === changed.length;
    };
    expect(await waitUntil(isStored, SETTLE_MS)).toBe(true);
  });

  test('raises no alarm for an app that Steam removed, and keeps its document', async () => {
    const removed = appAt(40);
    simulator.editApp(removed, { unknown: true });
    await pipeline.caughtUp(SETTLE_MS);
    const { exitCode, found } = await verify();
    expect(exitCode).toBe(0);
    expect(found).toMatchObject({ differing: 0, damaged: 0, uncompared: 1 });
    await flipByte(removed);
    const { found: damaged } = await verify('--fix');
    expect(damaged).toMatchObject({ damaged: 1, wanted: { damaged: 0 } });
    expect(
      await pipeline.database
        .selectFrom('appDocuments')
        .select('appid')
        .where('appid', '=', removed)
        .execute(),
    ).toHaveLength(1);
  });

  test('says at once that no document is stored, and within seconds that no producer is running', async () => {
    const world = await createCliWorld();
    expect(await world.pics('verify')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('No document is stored'),
    });
    await sql`insert into app_documents (appid, part, change_number, sha1, size, body)
      values (440, 'full', 900, decode(repeat('00', 20), 'hex'), 1, '')`.execute(world.database);
    expect(await world.pics('verify')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('No producer is running'),
    });
    expect(await world.database.selectFrom('picsScans').selectAll().execute()).toEqual([]);
  });
});
