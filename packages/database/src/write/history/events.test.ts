import { sql } from 'kysely';
import type { Block } from '../../../../appinfo/src/extract/testing/app-body.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../connection/connect-database.ts';
import { writeJob } from '../../testing/app-record.ts';
import type { Response } from '../../testing/store-apps.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { writeBatch } from '../write-batch.ts';
import { bodyOf, finishFirstFill, history, readEvents, send } from './testing/send.ts';

let db: Database;

beforeEach(async () => {
  ({ db } = await freshDatabase());
});

const game = (changeNumber: number, common: Record<string, string>, sections = {}): Response => ({
  appid: 440,
  changeNumber,
  body: bodyOf(440, { common: { name: 'A', type: 'Game', ...common }, ...sections }),
});

const branches = (builds: Record<string, string>) => ({
  depots: {
    branches: Object.fromEntries(
      Object.entries(builds).map(([name, buildid]) => [name, { buildid, timeupdated: '1700000000' }]),
    ),
  },
});

describe('an event', () => {
  test('is written for a change of a stored app, with both values', async () => {
    await send(db, [game(900, {})]);
    await send(db, [game(901, { name: 'B' })]);
    expect(await readEvents(db)).toEqual([
      { type: 'app.changed', appid: 440, changeNumber: 901, changes: { name: { old: 'A', new: 'B' } } },
    ]);
  });

  test('is not written for the same text, for an older one, or for the same list in another order', async () => {
    const tags = (...ids: string[]) => ({
      store_tags: Object.fromEntries(ids.map((id, i) => [String(i), id])),
    });
    const tagged = (changeNumber: number, ...ids: string[]) => ({
      ...game(changeNumber, {}),
      body: bodyOf(440, { common: { name: 'A', ...tags(...ids) } }),
    });
    await send(db, [tagged(900, '1', '2')]);
    await send(db, [tagged(901, '1', '2')]);
    await send(db, [tagged(902, '2', '1')]);
    await send(db, [tagged(899, '3')]);
    expect(await readEvents(db)).toEqual([]);
    await send(db, [tagged(903, '2', '3')]);
    expect(await readEvents(db)).toMatchObject([{ changes: { tags: { added: [3], removed: [1] } } }]);
  });

  test('of a new app is written once the first fill is over, with its name and its type', async () => {
    await send(db, [game(900, {})]);
    await finishFirstFill(db);
    await send(db, [
      { appid: 441, changeNumber: 901, body: bodyOf(441, { common: { name: 'New', type: 'DLC' } }) },
    ]);
    expect(await readEvents(db)).toEqual([
      {
        type: 'app.added',
        appid: 441,
        changeNumber: 901,
        changes: { name: { old: null, new: 'New' }, type: { old: null, new: 'dlc' } },
      },
    ]);
  });

  test('says that an app was removed, once, and what was different when it came back', async () => {
    await send(db, [game(900, {})]);
    for (const changeNumber of [901, 902]) {
      await writeBatch(db, writeJob({ changeNumber, unknown: [440, 441] }), {
        history,
        documents: 'versions',
      });
    }
    await send(db, [game(903, { name: 'Back' })]);
    expect(await readEvents(db)).toEqual([
      {
        type: 'app.removed',
        appid: 440,
        changeNumber: null,
        changes: { pics_access: { old: 'public', new: 'removed' } },
      },
      {
        type: 'app.restored',
        appid: 440,
        changeNumber: 903,
        changes: { pics_access: { old: 'removed', new: 'public' }, name: { old: 'A', new: 'Back' } },
      },
    ]);
  });

  test('is build.published when nothing but builds changed', async () => {
    await send(db, [game(900, {}, branches({ public: '1', beta: '5' }))]);
    await send(db, [game(901, {}, branches({ public: '1', beta: '6' }))]);
    await send(db, [game(902, { name: 'B' }, branches({ public: '2', beta: '6' }))]);
    await send(db, [game(903, { name: 'B' }, branches({ public: '2' }))]);
    const state = (build_id: string) => ({
      build_id,
      time_updated: '2023-11-14T22:13:20+00:00',
      is_password_required: false,
      description: null,
    });
    const events = await readEvents(db);
    expect(events.map(({ type }) => type)).toEqual(['build.published', 'app.changed', 'app.changed']);
    expect(events.map(({ changes }) => changes)).toEqual([
      { 'branches.beta': { old: state('5'), new: state('6') } },
      {
        name: { old: 'A', new: 'B' },
        current_build_id: { old: '1', new: '2' },
        'branches.public': { old: state('1'), new: state('2') },
      },
      { 'branches.beta': { old: state('6'), new: null } },
    ]);
  });

  test('of a restricted response contains only what differs in its sections, and so does that of the full one after it', async () => {
    await send(db, [game(900, {}, { extended: { homepage: 'https://a.example' } })]);
    const restricted = bodyOf(440, { public_only: '1' as never, common: { name: 'B', type: 'Game' } });
    await send(db, [{ appid: 440, changeNumber: 901, body: restricted }]);
    await send(db, [game(902, { name: 'B' }, { extended: { homepage: 'https://a.example' } })]);
    expect((await readEvents(db)).map(({ changes }) => changes)).toEqual([
      { pics_access: { old: 'public', new: 'restricted' }, name: { old: 'A', new: 'B' } },
      { pics_access: { old: 'restricted', new: 'public' } },
    ]);
  });

  test('is found in the rows where one restricted response contained a section and the next one left it out', async () => {
    const part = (changeNumber: number, sections: Record<string, Block>) => ({
      appid: 440,
      changeNumber,
      body: bodyOf(440, { public_only: '1' as never, ...sections }),
    });
    await send(db, [game(900, {})]);
    await send(db, [part(901, { common: { name: 'B', type: 'Game' } })]);
    await send(db, [part(902, {})]);
    await send(db, [game(903, { name: 'B' })]);
    expect((await readEvents(db)).map(({ changes }) => changes)).toEqual([
      { pics_access: { old: 'public', new: 'restricted' }, name: { old: 'A', new: 'B' } },
      { pics_access: { old: 'restricted', new: 'public' } },
    ]);
  });

  test('contains changed branches even if no text is stored', async () => {
    await send(db, [game(900, {}, branches({ public: '1' }))], { documents: 'off' });
    await send(db, [game(901, {}, branches({ public: '2' }))], { documents: 'off' });
    expect((await readEvents(db)).map(({ type, changes }) => [type, Object.keys(changes)])).toEqual([
      ['build.published', ['branches.public', 'current_build_id']],
    ]);
  });

  test('leaves out what KEEP_COLUMNS keeps', async () => {
    const keep = ['apps.name', 'app_developers'] as const;
    const by = (changeNumber: number, name: string, developer: string, state: string) =>
      game(changeNumber, { name, releasestate: state }, { extended: { developer } });
    await send(db, [by(900, 'A', 'X', 'released')], { keep });
    await send(db, [by(901, 'B', 'Y', 'released')], { keep });
    await send(db, [by(902, 'C', 'Z', 'prerelease')], { keep });
    expect((await readEvents(db)).map(({ changes }) => changes)).toEqual([
      { release_state: { old: 'released', new: 'prerelease' } },
    ]);
  });

  test('is found in the rows when no text is stored', async () => {
    const sections = { extended: { developer: 'X', isfreeapp: '1' }, ...branches({ public: '1' }) };
    const app = (changeNumber: number, name: string) => ({
      ...game(changeNumber, {}),
      body: bodyOf(440, {
        common: {
          name,
          type: 'Game',
          store_tags: { 0: '5', 1: '3' },
          genres: { 0: '2' },
          category: { category_2: '1' },
          supported_languages: { english: { supported: 'true', subtitles: 'true' } },
          steam_release_date: '1700000000',
          steam_deck_compatibility: {
            category: '3',
            test_timestamp: '1700000000',
            tests: { 0: { display: '4', token: 't' } },
          },
          content_descriptors: { 0: '2' },
        },
        ...sections,
      }),
    });
    await send(db, [app(900, 'A')], { documents: 'off' });
    await send(db, [app(901, 'A')], { documents: 'off' });
    await send(db, [app(902, 'B')], { documents: 'off' });
    expect((await readEvents(db)).map(({ changes }) => changes)).toEqual([{ name: { old: 'A', new: 'B' } }]);
    await send(db, [app(903, 'C')]); // Texts are stored from here on.
    expect((await readEvents(db)).map(({ changes }) => changes)[1]).toEqual({ name: { old: 'B', new: 'C' } });
  });

  test('is written for each app of a batch except the one that Postgres refuses', async () => {
    await sql`alter table apps add constraint no_bad_names check (name <> 'bad')`.execute(db);
    const other = (changeNumber: number, name: string) => ({
      appid: 10,
      changeNumber,
      body: bodyOf(10, { common: { name } }),
    });
    await send(db, [game(900, {}), other(900, 'X')]);
    await send(db, [game(901, { name: 'bad' }), other(901, 'Y')]);
    expect(await readEvents(db)).toMatchObject([{ appid: 10, changes: { name: { old: 'X', new: 'Y' } } }]);
    await send(db, [game(902, { name: 'good' })]);
    expect((await readEvents(db)).at(-1)).toMatchObject({ changes: { name: { old: 'A', new: 'good' } } });
  });

  test('is one row a field in app_history', async () => {
    const languages = (changeNumber: number, ...names: string[]) =>
      ({
        ...game(changeNumber, {}),
        body: bodyOf(440, {
          common: {
            name: `A${changeNumber}`,
            supported_languages: Object.fromEntries(names.map((name) => [name, { supported: 'true' }])),
          },
        }),
      }) satisfies Response;
    await send(db, [languages(900, 'english')]);
    await send(db, [languages(901, 'english', 'german')]);
    const { rows } = await sql`
      select appid, change_number, field, old, new from app_history order by field
    `.execute(db);
    expect(rows).toEqual([
      {
        appid: 440,
        changeNumber: 901,
        field: 'languages.german',
        old: null,
        new: { supported: true, full_audio: false, subtitles: false },
      },
      { appid: 440, changeNumber: 901, field: 'name', old: 'A900', new: 'A901' },
    ]);
  });
});
