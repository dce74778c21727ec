import { extractApp } from '@pics/appinfo';
import type { AppRecord } from '@pics/core';
import { countLedger, migrateToLatest } from '@pics/database';
import { waitUntil } from '@pics/local';
import type { Simulator } from '@pics/simulator';
import { sql } from 'kysely';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { startPipeline } from './support/pipeline.ts';
import { shownBy, startTestSimulator } from './support/simulator.ts';
import { createStorefrontCatalogue } from './support/storefront-catalogue.ts';
import { startStorefrontSync, type StorefrontApp } from './support/storefront-sync.ts';

/** What belongs to the storefront, in the settings of the pipeline. */
const KEEP_COLUMNS = 'apps.is_free,app_developers,app_publishers,app_dlc';

/** What Steam says of each app. */
function recordsOf(simulator: Simulator): Map<number, AppRecord> {
  const find = shownBy(simulator);
  const records = simulator.apps().flatMap(({ appid }): [number, AppRecord][] => {
    const app = find(appid);
    if (!app) return [];
    const { changeNumber, missingToken, text } = app;
    return [[appid, extractApp({ appid, changeNumber, missingToken, body: text })]];
  });
  return new Map(records);
}

/** The same app at the storefront, which has spellings of its own. */
function atStorefront({ appid, common, developers = [], publishers = [] }: AppRecord): StorefrontApp {
  const respell = (names: string[]) =>
    names.map((name, index) =>
      index % 2 ? ` ${name}` : name.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()),
    );
  return {
    appid,
    name: common?.name ?? `App ${appid}`,
    type: 'game',
    isFree: appid % 2 === 0,
    developers: respell(developers),
    publishers: respell(publishers),
  };
}

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** What its owner has laid down: constraints, required columns, the values of enums, triggers and policies. */
async function readRules(url: string): Promise<string[]> {
  const rows = await query<{ rule: string }>(
    url,
    `
      select format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) as rule
      from pg_constraint where conrelid <> 0 and contype <> 'n'
      union all
      select format('%s.%s is %s%s', attrelid::regclass, attname, format_type(atttypid, atttypmod), case when attnotnull then ' and required' end)
      from pg_attribute join pg_class on pg_class.oid = attrelid
      where relkind = 'r' and attnum > 0 and not attisdropped
      union all
      select format('%s has %s', enumtypid::regtype, enumlabel) from pg_enum
      union all
      select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
      union all
      select format('%s: %s %s', tablename, policyname, qual) from pg_policies
      union all
      select pg_get_functiondef(pg_proc.oid) from pg_proc
      where pronamespace = 'public'::regnamespace and prokind = 'f'`,
  );
  return rows
    .map(({ rule }) => rule)
    .filter((rule) => !rule.includes('pg_catalog.') && !rule.includes('information_schema.'));
}

/** The developers of each app, as their names are normalized. */
async function readDevelopers(url: string): Promise<Map<number, string[]>> {
  const rows = await query<{ appid: number; names: string[] }>(
    url,
    `select appid, array_agg(normalized_name) as names
     from app_developers join developers on id = developer_id group by appid`,
  );
  return new Map(rows.map(({ appid, names }) => [appid, names]));
}

/** Alerts of links that were there before, and of prices, which nobody changes. */
async function findFalseAlerts(url: string): Promise<object[]> {
  const alerts = await query(url, `select from pg_class where oid = to_regclass('alerts')`);
  if (alerts.length === 0) return [];
  return query(url, `select title from alerts where title ~ '^Price' or dedup_key ~ ':(1:10|2:20)$'`);
}

describe.for([
  ['before it had a PICS service', { pics: 'before' }],
  ['after it had a PICS service', { pics: 'after' }],
  ['in two schemas', { pics: 'after', secondSchema: true }],
  ['with foreign keys between apps', { pics: 'after', foreignKeys: true }],
] as const)('the catalogue of a storefront, %s,', ([, options]) => {
  test(
    'is filled by the pipeline while its own sync writes the same apps, and neither fails or undoes anything of the other',
    { timeout: 300_000 },
    async () => {
      const { url } = await createStorefrontCatalogue(options);
      const rules = await readRules(url);
      const linked = await readDevelopers(url);
      await migrateToLatest(url);
      const simulator = await startTestSimulator({ apps: 1_500, seed: 14 });
      const records = recordsOf(simulator);
      const all = [...records.values()];
      let next = 0;
      const sync = startStorefrontSync(url, () => {
        const record = all[(next += 7) % all.length];
        if (!record) throw new Error('the simulator has no apps');
        return atStorefront(record);
      });
      const pipeline = await startPipeline(simulator, { databaseUrl: url, env: { KEEP_COLUMNS } });
      const { database } = pipeline;

      // What waits for an app that does not exist stays wanted; nothing else does.
      const isFilled = async () => {
        const { rows } = await sql<{ left: number }>`
          select count(*) as left from pics_app_ledger
          where ((settled_change_number is null or batch_id is not null) and last_error is null)
            or token_wanted_at is not null
            or (access_token is not null and exists (select from apps where appid = id and pics_access = 'restricted'))
        `.execute(database);
        const { rows: written } = await sql<{ count: number }>`
          select count(*) from apps where pics_access is not null
        `.execute(database);
        return rows[0]?.left === 0 && Number(written[0]?.count) >= records.size;
      };
      if (!(await waitUntil(isFilled, 240_000))) await pipeline.settled(0);
      await sync.stop();

      expect(sync.errors).toEqual([]);
      expect(sync.written.size).toBeGreaterThan(100);
      expect(await countLedger(database)).toMatchObject({ failed: 0 });
      const waiting = await sql<{ lastError: string }>`
        select distinct split_part(last_error, ' refers to', 1) as last_error from pics_app_ledger where last_error is not null
      `.execute(database);
      const references = ['RowRefused: app_dlc.dlc_appid', 'RowRefused: apps.parent_appid'];
      const allowed = 'foreignKeys' in options ? references : [];
      expect(
        waiting.rows.map(({ lastError }) => lastError).filter((reason) => !allowed.includes(reason)),
      ).toEqual([]);

      const rulesAfter = new Set(await readRules(url));
      expect(rules.filter((rule) => !rulesAfter.has(rule))).toEqual([]);
      const stored = await sql<StoredRow>`
        select appid, is_free, platforms, current_build_id, pics_change_number,
          last_storefront_sync is not null as synced,
          array(select tag_id from app_steam_tags where app_steam_tags.appid = apps.appid order by rank) as tags
        from apps join sync_status using (appid)
      `.execute(database);
      const rows = new Map(stored.rows.map((row) => [row.appid, row]));
      const developersOf = await readDevelopers(url);
      for (const [appid, { common, depots, developers = [], changeNumber }] of records) {
        const bought = sync.written.get(appid);
        expect(rows.get(appid)).toMatchObject({
          platforms: common?.platforms ?? null,
          currentBuildId: depots?.currentBuildId ?? null,
          tags: common?.tagIds ?? [],
          picsChangeNumber: changeNumber,
          ...(bought && { isFree: bought.isFree, synced: true }),
        });
        const expected = new Set([
          ...(linked.get(appid) ?? []),
          ...developers.map((name) => name.toLowerCase()),
        ]);
        const found = developersOf.get(appid) ?? [];
        // Once each, whichever program and spelling came first, where names are unique like that.
        expect(options.pics === 'after' ? found.toSorted() : [...new Set(found)].toSorted()).toEqual(
          [...expected].toSorted(),
        );
      }
      expect(await findFalseAlerts(url)).toEqual([]);
      expect(await pipeline.stop()).toEqual([0, 0, 0]);
    },
  );
});

interface StoredRow {
  appid: number;
  isFree: boolean | null;
  platforms: string | null;
  currentBuildId: string | null;
  picsChangeNumber: number | null;
  synced: boolean;
  tags: number[];
}
