import { extractApp, sectionsToJson } from '@pics/appinfo';
import type { AppBody } from '@pics/core';
import { connectDatabase, extractStored, writeBatch, type Database } from '@pics/database';
import { sql } from 'kysely';
import { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { somebodyWaits } from '../packages/database/src/testing/support/somebody-waits.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { startTestSimulator } from './support/simulator.ts';
import { writeJob } from '../packages/database/src/testing/app-record.ts';
import { storeApps } from '../packages/database/src/testing/store-apps.ts';
import { readStoredApps } from './support/stored-apps.ts';

/** A game, and the part of it that Steam sends without a token. */
const text = (appid: number, name: string, more = '') =>
  Buffer.from(
    `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n\t"common"\n\t{\n\t\t"name"\t\t"${name}"\n${more}\t}\n}\n`,
  );
const full = (appid: number, name: string, changeNumber = 900): AppBody => ({
  appid,
  changeNumber,
  missingToken: false,
  body: text(appid, name),
});

async function createDatabase(): Promise<{ url: string; db: Database }> {
  const { url } = await createTestDatabase();
  const db = connectDatabase(url, { applicationName: 'test', maxConnections: 4 });
  closeAtEnd('connections of the test', () => db.destroy());
  return { url, db };
}

const extract = (db: Database, options = {}) => extractStored(db, { all: true }, { extractApp, ...options });

const namesIn = async (db: Database) =>
  (await db.selectFrom('apps').select(['appid', 'name']).orderBy('appid').execute()).map(
    ({ appid, name }) => [appid, name],
  );

/** What extracting must not change. */
async function readStates(db: Database): Promise<unknown[]> {
  const { rows } =
    await sql`select * from pics_app_ledger left join sync_status on appid = id order by id`.execute(db);
  return rows;
}

/**
 * Loses everything that the tables hold of apps, or makes it wrong. The values of an app of which Steam shows nothing stay
 * NULL: no document says anything else.
 */
async function forgetEverything(db: Database): Promise<void> {
  await sql
    .raw(
      `update apps set type = 'wrong', pics_review_score = 1, parent_appid = 7 where name is not null;
      update apps set name = null, controller_support = null, pics_review_percentage = null, metacritic_score = null,
        metacritic_url = null, platforms = null, release_state = null, homepage_url = null, app_state = null,
        last_content_update = null, current_build_id = null, content_descriptors = null, languages = null,
        steam_release_date = null, original_release_date = null, is_free = null;
      delete from app_steam_tags where tag_id % 2 = 0;
      update app_steam_tags set rank = 99;
      update app_genres set is_primary = not is_primary;
      update app_publishers set publisher_id = (select min(id) from publishers)
        where appid in (select appid from app_publishers group by appid having count(*) = 1);
      delete from app_categories; delete from app_franchises; delete from app_developers; delete from app_dlc;
      delete from app_steam_deck`,
    )
    .execute(db);
}

describe('extracting', () => {
  let bodies: AppBody[];

  /** Open apps, apps of which Steam shows a part, and an app that was shown whole before that. */
  beforeAll(async () => {
    const simulator = await startTestSimulator({ apps: 400, cacheBytes: 0 });
    bodies = simulator.apps().flatMap(({ appid }) => {
      const app = simulator.findApp(appid);
      if (!app || app.text.length === 0) return [];
      const shown = { appid, changeNumber: app.changeNumber, missingToken: app.missingToken, body: app.text };
      const whole = app.missingToken && simulator.findApp(appid, { withToken: true });
      return whole && appid % 20 === 0
        ? [{ ...shown, changeNumber: app.changeNumber - 1, missingToken: false, body: whole.text }, shown]
        : [shown];
    });
  });

  test('restores all rows as a fetch makes them, and writes no unchanged row', async () => {
    const { db } = await createDatabase();
    await storeApps(db, bodies);
    const [removed] = bodies;
    await writeBatch(db, writeJob({ changeNumber: 40_000_000, unknown: [removed?.appid ?? 0] }));
    const [fetched, states] = [await readStoredApps(db), await readStates(db)];
    expect(fetched.size).toBeGreaterThan(300);
    expect(
      Map.groupBy(fetched.values(), ({ access }) => access)
        .keys()
        .toArray()
        .toSorted(),
    ).toEqual(['public', 'removed', 'restricted']);

    await forgetEverything(db);
    expect(await readStoredApps(db)).not.toEqual(fetched);
    const seen: number[] = [];
    const result = await extract(db, { onProgress: ({ done }: { done: number }) => seen.push(done) });
    expect(result).toMatchObject({ total: fetched.size, done: fetched.size, added: 0, newer: 0, failed: [] });
    expect(await readStoredApps(db)).toEqual(fetched);
    expect(await readStates(db)).toEqual(states);
    expect(seen.at(-1)).toBe(fetched.size);

    const before = await sql`select appid, xmin::text, updated_at from apps order by appid`.execute(db);
    expect(await extract(db)).toMatchObject({ changed: 0, unchanged: fetched.size });
    expect(await sql`select appid, xmin::text, updated_at from apps order by appid`.execute(db)).toEqual(
      before,
    );
  }, 120_000);

  test('adds the rows of apps that were deleted', async () => {
    const { db } = await createDatabase();
    await storeApps(db, bodies.slice(0, 40));
    const fetched = await readStoredApps(db);
    await sql`truncate apps cascade`.execute(db);
    expect(await extract(db)).toMatchObject({ added: fetched.size });
    expect(await readStoredApps(db)).toEqual(fetched);
  });

  test('ends with the newest rows when a writer stores newer responses meanwhile', async () => {
    const { db } = await createDatabase();
    const appids = Array.from({ length: 30 }, (_, index) => index + 1);
    const versions = [1, 2, 3];
    await storeApps(
      db,
      appids.map((appid) => full(appid, 'version 0')),
    );
    const written = new AbortController();
    const extracting = (async () => {
      let runs = 0;
      for (; !written.signal.aborted; runs += 1) expect((await extract(db)).failed).toEqual([]);
      return runs;
    })();
    for (const version of versions) {
      await storeApps(
        db,
        appids.map((appid) => full(appid, `version ${version}`, 900 + version)),
      );
    }
    written.abort();
    expect(await extracting).toBeGreaterThan(1);
    await extract(db);
    expect(await namesIn(db)).toEqual(appids.map((appid) => [appid, 'version 3']));
  });
});

test('waits for a writer that stores a newer response, and then reads its document', async () => {
  const { db } = await createDatabase();
  const partOf = (name: string, changeNumber: number) => ({
    ...full(1, name, changeNumber),
    missingToken: true,
  });
  await storeApps(db, [partOf('Old', 900)]);
  let extracting: ReturnType<typeof extract> | undefined;
  await db.transaction().execute(async (trx) => {
    await storeApps(trx, [partOf('New', 950)]);
    extracting = extract(db);
    await somebodyWaits(db);
  });
  expect(await extracting).toMatchObject({ unchanged: 1, failed: [] });
  expect(await namesIn(db)).toEqual([[1, 'New']]);
});

describe('an app', () => {
  test('whose document is damaged or is of another app fails alone, and keeps its rows', async () => {
    const { db } = await createDatabase();
    await storeApps(
      db,
      [1, 2, 3, 4].map((appid) => full(appid, 'Right')),
    );
    await sql`update apps set name = 'Wrong'`.execute(db);
    await sql`update app_documents set body = set_byte(body, 12, get_byte(body, 12) # 1) where appid = 2`.execute(
      db,
    );
    await sql`
      update app_documents d set body = other.body, sha1 = other.sha1, size = other.size
      from app_documents other where d.appid = 3 and other.appid = 4
    `.execute(db);
    await sql`update pics_app_ledger set stored_sha1 = null where id = 3`.execute(db);
    const { failed, changed, done } = await extract(db);
    expect([changed, done, failed]).toEqual([
      2,
      4,
      [
        { appid: 2, error: expect.stringMatching(/^DocumentDamaged: /) },
        { appid: 3, error: 'ExtractionError: the body is of app 4, not 3' },
      ],
    ]);
    expect(await namesIn(db)).toEqual([
      [1, 'Right'],
      [2, 'Wrong'],
      [3, 'Wrong'],
      [4, 'Right'],
    ]);
  });

  test('that Postgres refuses fails alone, with what would let it in', async () => {
    const { db } = await createDatabase();
    await storeApps(
      db,
      [1, 2, 3].map((appid) => full(appid, 'Right')),
    );
    await sql
      .raw(
        `update apps set name = null; alter table apps add constraint odd check (appid <> 2 or name is null)`,
      )
      .execute(db);
    const { failed, changed } = await extract(db);
    expect([changed, failed]).toEqual([
      2,
      [{ appid: 2, error: expect.stringContaining('alter table apps drop constraint odd lets it in') }],
    ]);
  });

  test("that somebody else's open transaction has locked fails alone, after a short wait", async () => {
    const { url, db } = await createDatabase();
    await storeApps(
      db,
      [1, 2, 3].map((appid) => full(appid, 'Right')),
    );
    await sql`update apps set name = 'Wrong'`.execute(db);
    const editor = new Client({ connectionString: url, application_name: 'psql' });
    await editor.connect();
    closeAtEnd('editor', () => editor.end());
    await editor.query(`begin; update apps set name = 'Mine' where appid = 2`);
    const { failed, changed } = await extract(db);
    expect([changed, failed]).toEqual([
      2,
      [{ appid: 2, error: expect.stringMatching(/^LockHeld: held by pid \d+, application psql/) }],
    ]);
  });

  test('whose rows are newer than its document is left alone', async () => {
    const { db } = await createDatabase();
    await storeApps(db, [full(1, 'Old'), full(2, 'Old')]);
    const newer = full(1, 'New', 950);
    const record = { ...extractApp(newer), sha1: '0'.repeat(40) };
    await writeBatch(db, writeJob({ changeNumber: 950, records: [record] }));
    expect(await extract(db)).toMatchObject({ newer: 1, unchanged: 1 });
    expect(await namesIn(db)).toContainEqual([1, 'New']);
  });

  test('keeps existing values in KEEP_COLUMNS, and gets missing ones', async () => {
    const { db } = await createDatabase();
    await storeApps(db, [full(1, 'Steam'), full(2, 'Steam')]);
    await sql`update apps set name = case appid when 1 then 'Mine' end`.execute(db);
    await extract(db, { keep: ['apps.name'] });
    expect(await namesIn(db)).toEqual([
      [1, 'Mine'],
      [2, 'Steam'],
    ]);
  });

  test('that refers to an app of a later page gets its reference even if a foreign key requires that app', async () => {
    const { db } = await createDatabase();
    const child = { ...full(1, ''), body: text(1, 'Child', '\t\t"parent"\t\t"1000"\n') };
    const orphan = { ...full(2, ''), body: text(2, 'Orphan', '\t\t"parent"\t\t"9999"\n') };
    const others = Array.from({ length: 250 }, (_, index) => full(index + 3, 'Other'));
    await storeApps(db, [child, orphan, ...others, full(1000, 'Parent')]);
    await sql`truncate apps cascade`.execute(db);
    await sql`alter table apps add constraint parent foreign key (parent_appid) references apps`.execute(db);
    const { added, lacking } = await extract(db);
    expect([added, lacking]).toEqual([
      253,
      [{ appid: 2, error: expect.stringContaining('refers to app 9999, which has no row in apps') }],
    ]);
    const { rows } = await sql`select appid, parent_appid from apps where parent_appid is not null`.execute(
      db,
    );
    expect(rows).toEqual([{ appid: 1, parentAppid: 1000 }]);
  });
});

test('fills the sections that JSON_SECTIONS names as a writer does, and deletes those it no longer names', async () => {
  const sectionsOf = (names: string[]) => ({
    names,
    toSections: (bytes: Uint8Array) => sectionsToJson(bytes, names),
  });
  const whole = '\t\t"x"\t\t"1"\n\t}\n\t"depots"\n\t{\n\t\t"10"\t\t"a"\n';
  const bodies: AppBody[] = [
    { ...full(1, ''), body: text(1, 'Open', whole) },
    { ...full(2, ''), body: text(2, 'Whole', whole) },
    { ...full(2, ''), body: text(2, 'Part'), missingToken: true, changeNumber: 950 },
    { ...full(3, ''), body: text(3, 'Part'), missingToken: true },
  ];
  const read = async (db: Database) =>
    (await sql`select appid, section, data, xmin::text from app_sections order by 1, 2`.execute(db)).rows;
  const without = (rows: unknown[]) => rows.map((row) => ({ ...(row as object), xmin: '' }));

  const [written, { db }] = [await createDatabase(), await createDatabase()];
  await storeApps(written.db, bodies, { toSections: sectionsOf(['common', 'depots', 'ufs']).toSections });
  await storeApps(db, bodies);
  const filled = await extract(db, { sections: sectionsOf(['common', 'depots', 'ufs']) });
  const stored = await read(db);
  expect([filled.sections, without(stored)]).toEqual([5, without(await read(written.db))]);
  expect((await extract(db, { sections: sectionsOf(['common', 'depots', 'ufs']) })).sections).toBe(0);
  expect(await read(db)).toEqual(stored);

  expect((await extract(db, { sections: sectionsOf(['depots']) })).sections).toBe(3);
  expect(await read(db)).toMatchObject([
    { appid: 1, section: 'depots', data: { 10: 'a' } },
    { appid: 2, section: 'depots', data: { 10: 'a' } },
  ]);
  expect((await extract(db)).sections).toBe(0);
  await extract(db, { sections: sectionsOf([]) });
  expect(await read(db)).toEqual([]);
});

test('named apps are extracted and no others, and those without a document are listed', async () => {
  const { db } = await createDatabase();
  await storeApps(
    db,
    [1, 2, 3].map((appid) => full(appid, 'Right')),
  );
  await sql`update apps set name = 'Wrong'`.execute(db);
  const result = await extractStored(db, { appids: [3, 99, 1, 3, 99] }, { extractApp });
  expect(result).toMatchObject({ total: 2, done: 2, changed: 2, without: [99] });
  expect(await namesIn(db)).toEqual([
    [1, 'Right'],
    [2, 'Wrong'],
    [3, 'Right'],
  ]);
});

test('stopping leaves whole pages, and running it again does the rest', async () => {
  const { db } = await createDatabase();
  const appids = Array.from({ length: 600 }, (_, index) => index + 1);
  await storeApps(
    db,
    appids.map((appid) => full(appid, 'Right')),
  );
  await sql`update apps set name = 'Wrong'`.execute(db);
  const stopping = new AbortController();
  const { done, changed } = await extract(db, {
    signal: stopping.signal,
    onProgress: () => stopping.abort(),
  });
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(600);
  const right = (await namesIn(db)).filter(([, name]) => name === 'Right').map(([appid]) => appid);
  expect(right).toEqual(appids.slice(0, done));
  expect(changed).toBe(done);
  expect(await extract(db)).toMatchObject({ done: 600, changed: 600 - done });
});
