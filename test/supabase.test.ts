import { markWanted, writeBatch } from '@pics/database';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { fullRecord, writeJob } from '../packages/database/src/testing/app-record.ts';
import { readBlocks } from './support/read-page.ts';
import { createSupabaseCatalogue, readSupabaseSql, SUPABASE_PAGE } from './support/supabase-catalogue.ts';

describe('the policies of docs/supabase.md', () => {
  const [everybody = '', signedIn = '', single = '', singleSignedIn = ''] = readSupabaseSql(
    '3. Let the Data API read them',
  );
  const refused = (table: string) => `permission denied for table ${table}`;

  test('open the whole catalogue for everybody, nothing else, and close it again', async () => {
    const { run, see } = await createSupabaseCatalogue();
    expect(await see('anon', 'apps')).toBe(refused('apps'));
    await run(everybody);
    for (const role of ['anon', 'authenticated']) {
      for (const table of ['apps', 'app_details', 'app_all_dlc', 'sync_status']) {
        expect(await see(role, table)).toBeGreaterThanOrEqual(2);
      }
      expect(await see(role, 'pics_app_ledger')).toBe(refused('pics_app_ledger'));
    }
    await run('revoke pics_reader from anon, authenticated');
    expect(await see('anon', 'apps')).toBe(refused('apps'));
  });

  test('open it for signed-in users only', async () => {
    const { run, see } = await createSupabaseCatalogue();
    await run(signedIn);
    expect(await see('authenticated', 'app_details')).toBe(2);
    expect(await see('anon', 'app_details')).toBe('permission denied for view app_details');
  });

  test('open single tables, and some of the rows', async () => {
    const { run, see } = await createSupabaseCatalogue();
    await run(single);
    await run(singleSignedIn);
    expect(await see('anon', 'apps')).toBe(2);
    expect(await see('anon', 'app_steam_deck')).toBe(2);
    expect(await see('anon', 'app_steam_tags')).toBe(refused('app_steam_tags'));
    expect(await see('authenticated', 'app_steam_tags')).toBe(3 + 5);
    expect(await see('authenticated', 'developers')).toBe(refused('developers'));
  });
});

describe('beside other writers', () => {
  test('the triggers that alert are listed, are silent while disabled, and alert again', async () => {
    const { database, run } = await createSupabaseCatalogue();
    await run(`
      create table alerts (appid integer);
      create function alert() returns trigger language plpgsql as $$ begin insert into alerts values (new.appid); return new; end $$;
      create trigger alert_new_release after insert on app_developers for each row execute function alert();`);
    const [list = ''] = readSupabaseSql('Triggers that alert');
    const [, disable = '', enable = ''] = readSupabaseSql('Triggers that alert');
    const listed = async () => (await sql.raw(list).execute(database)).rows;
    const alerts = async (appid: number) => {
      await writeBatch(database, writeJob({ records: [fullRecord(appid, 900)] }));
      return (await sql`select from alerts where appid = ${appid}`.execute(database)).rows.length;
    };
    expect(await listed()).toEqual([
      { table: 'app_developers', trigger: 'alert_new_release', function: 'alert' },
    ]);
    expect(await alerts(10)).toBe(1);
    await run(disable);
    expect(await listed()).toEqual([]);
    expect(await alerts(20)).toBe(0);
    await run(enable);
    expect(await alerts(30)).toBe(1);
  });

  test.each([
    [
      'a case',
      (condition: string) => `case p_source when 'storefront' then true when 'pics' then ${condition} end`,
    ],
    [
      'a list of conditions',
      (condition: string) => `p_source = 'storefront' or (p_source = 'pics' and ${condition})`,
    ],
  ])('a get_apps_for_sync with %s returns what is pending in the ledger', async (_, extend) => {
    const { database, run } = await createSupabaseCatalogue();
    const [condition = ''] = readSupabaseSql('A get_apps_for_sync of your own');
    await run(`
      create or replace function get_apps_for_sync(p_source text, p_limit integer) returns table (appid integer)
      language plpgsql as $$ begin
        return query select s.appid from sync_status s where ${extend(condition)} order by 1 limit p_limit;
      end $$;`);
    const due = async (source: string) =>
      (await sql<{ appid: number }>`select appid from get_apps_for_sync(${source}, 10)`.execute(database))
        .rows;
    expect(await due('pics')).toEqual([]);
    await markWanted(database, { appids: [700] });
    expect(await due('pics')).toEqual([{ appid: 700 }]);
    expect(await due('storefront')).toHaveLength(2);
  });
});

test('every block of SQL and TypeScript of the page is run by a test', () => {
  const run = {
    'supabase.test.ts': [
      '3. Let the Data API read them, sql',
      'Triggers that alert, sql',
      'A get_apps_for_sync of your own, sql',
    ],
    'supabase-typescript.test.ts': [
      '4. Read rows with supabase-js, catalogue.ts',
      '4. Read rows with supabase-js, read-app.ts',
      '5. Embed other tables, embed.ts',
      '5. Embed other tables, sql',
      '6. Generate types, read-dlc.ts',
      '7. Follow changes with Realtime, follow.ts',
    ],
    'supabase-backup.test.ts': ['Back up and restore, restore.sql'],
    'replication.test.ts': [
      '7. Follow changes with Realtime, realtime.sql',
      'Replicate to another Postgres, publication.sql',
      'Replicate to another Postgres, empty.sql',
      'Replicate to another Postgres, subscribe.sql',
      'Replicate to another Postgres, take-over.sql',
    ],
  };
  const blocks = readBlocks(SUPABASE_PAGE).filter(({ language }) => ['sql', 'ts'].includes(language));
  const shown = blocks.map(({ section, title, language }) => `${section}, ${title ?? language}`);
  expect(new Set(shown)).toEqual(new Set(Object.values(run).flat()));
});
