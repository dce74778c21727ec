import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { migrateToLatest } from '../migrations/migrate-to-latest.ts';
import { fullRecord, writeJob } from '../testing/app-record.ts';
import { freshDatabase } from '../testing/support/fresh-database.ts';
import { writeBatch } from '../write/write-batch.ts';

test('app_details shows an app in one row, with names in place of ids and the first tag first', async () => {
  const { db } = await freshDatabase();
  await writeBatch(db, writeJob({ records: [fullRecord(440, 900)] }));
  await sql`update steam_tags set name = 'Puzzle' where tag_id = (
    select tag_id from app_steam_tags where appid = 440 and rank = 1)`.execute(db);
  const { updatedAt, ...details } = await db.selectFrom('appDetails').selectAll().executeTakeFirstOrThrow();
  expect(updatedAt).toBeInstanceOf(Date);
  expect(details).toMatchInlineSnapshot(`
    {
      "appid": 440,
      "audioLanguages": [
        "english",
      ],
      "categories": [
        "Single-player",
        "Steam Achievements",
      ],
      "contentDescriptors": [
        "Frequent Violence or Gore",
        "General Mature Content",
      ],
      "controllerSupport": "full",
      "currentBuildId": "12345678901234567890",
      "deckStatus": "verified",
      "deckTests": [
        "#Fine",
      ],
      "developers": [
        "Studio Gull",
      ],
      "franchises": [
        "Lighthouses",
      ],
      "genres": [
        "Adventure",
        "Action",
      ],
      "homepageUrl": "https://lighthouse.example",
      "isFree": false,
      "languages": [
        "english",
      ],
      "lastContentUpdate": 2023-11-14T22:13:20.000Z,
      "metacriticScore": 77,
      "name": "Rainy Lighthouse",
      "originalReleaseDate": 2017-07-14T02:40:00.000Z,
      "parentAppid": null,
      "picsAccess": "public",
      "picsReviewPercentage": 91,
      "picsReviewScore": 8,
      "platforms": [
        "windows",
        "linux",
      ],
      "publishers": [
        "Harbour House",
        "Studio Gull",
      ],
      "releaseState": "released",
      "steamReleaseDate": 2020-09-13T12:26:40.000Z,
      "tags": [
        "Puzzle",
        "492",
        "21",
      ],
      "type": "game",
    }
  `);
});

test('app_details shows ids and tokens that have no name as they are, and nothing as an empty array', async () => {
  const { db } = await freshDatabase();
  await sql`insert into apps (appid, content_descriptors) values (1, '[2, 99]'), (2, null)`.execute(db);
  await sql`insert into app_steam_deck (appid, tests) values (1, '[{"display": "1", "token": "#New"},
    {"display": "4", "token": "#SteamDeckVerified_TestResult_InterfaceTextIsLegible"}]')`.execute(db);
  await sql`insert into steam_categories (category_id) values (999)`.execute(db);
  await sql`insert into app_categories (appid, category_id) values (1, 999)`.execute(db);
  const columns = [
    'contentDescriptors',
    'deckTests',
    'categories',
    'platforms',
    'tags',
    'languages',
  ] as const;
  expect(await db.selectFrom('appDetails').select(columns).orderBy('appid').execute()).toEqual([
    {
      contentDescriptors: ['Frequent Violence or Gore', '99'],
      deckTests: ['#New', 'In-game interface text is legible on Steam Deck'],
      categories: ['999'],
      platforms: [],
      tags: [],
      languages: [],
    },
    { contentDescriptors: [], deckTests: [], categories: [], platforms: [], tags: [], languages: [] },
  ]);
});

test('app_details reads an existing catalogue, whatever its enums and the shape of its JSON', async () => {
  const { url, db } = await freshDatabase({ migrated: false });
  await sql`create type app_type as enum ('game', 'dlc')`.execute(db);
  await sql`create table apps (appid bigint primary key, name varchar(200), type app_type, platforms text,
    content_descriptors jsonb, languages jsonb)`.execute(db);
  await sql`insert into apps values (440, 'Kept', 'game', 'windows,linux', '{"ids": [2]}', '["english"]')`.execute(
    db,
  );
  await migrateToLatest(url);
  expect(await db.selectFrom('appDetails').selectAll().executeTakeFirst()).toMatchObject({
    name: 'Kept',
    type: 'game',
    platforms: ['windows', 'linux'],
    contentDescriptors: [],
    languages: [],
  });
});

test('an app_details of somebody else stays, and migrating says what to do', async () => {
  const { url, db } = await freshDatabase({ migrated: false });
  await sql`create view app_details as select 1 as mine`.execute(db);
  await expect(migrateToLatest(url)).rejects.toThrow(
    'app_details exists and is not the view of this project: rename it',
  );
  expect((await sql`select mine from app_details`.execute(db)).rows).toEqual([{ mine: 1 }]);
});
