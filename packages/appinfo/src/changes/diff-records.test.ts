import type { AppRecord, Changes } from '@pics/core';
import { expect, test } from 'vitest';
import { type Block, numbered } from '../extract/testing/app-body.ts';
import { extracted } from '../extract/testing/extracted.ts';
import { fullApp } from '../extract/testing/full-app.ts';
import { diffRecords } from './diff-records.ts';

function changesBetween(old: Block, next: Block): Changes {
  return diffRecords(extracted(old), extracted(next));
}

const BUILD = { build_id: '1', time_updated: null, is_password_required: false, description: null };

test('a column has both values, times in UTC', () => {
  const changes = changesBetween(
    {
      common: { name: 'A', steam_release_date: '1704067200', review_score: '8' },
      extended: { isfreeapp: '0' },
    },
    { common: { name: 'B', steam_release_date: '253402300800' }, extended: { isfreeapp: '1' } },
  );
  expect(changes).toEqual({
    name: { old: 'A', new: 'B' },
    steam_release_date: { old: '2024-01-01T00:00:00+00:00', new: '10000-01-01T00:00:00+00:00' },
    pics_review_score: { old: 8, new: null },
    is_free: { old: false, new: true },
  });
});

test('a set has what was added and removed', () => {
  const associations = (...names: string[]) => numbered(names.map((name) => ({ type: 'developer', name })));
  const changes = changesBetween(
    {
      common: {
        store_tags: numbered(['19', '492']),
        associations: associations('A', 'B'),
        genres: numbered(['1']),
      },
      extended: { listofdlc: '1,2' },
    },
    {
      common: {
        store_tags: numbered(['122', '19']),
        associations: associations('B', 'C'),
        genres: numbered(['1']),
      },
      extended: { listofdlc: '2,3,4' },
    },
  );
  expect(changes).toEqual({
    tags: { added: [122], removed: [492] },
    developers: { added: ['C'], removed: ['A'] },
    dlc: { added: [3, 4], removed: [1] },
  });
});

test('languages and branches are compared one by one, the Deck report as a whole', () => {
  const changes = changesBetween(
    {
      common: { supported_languages: { english: { supported: '1' }, french: { supported: '1' } } },
      depots: { branches: { public: { buildid: '1' }, beta: { buildid: '1' } } },
    },
    {
      common: {
        supported_languages: { english: { supported: '1', subtitles: '1' }, french: { supported: '1' } },
        steam_deck_compatibility: { category: '2', tested_build_id: '5' },
      },
      depots: { branches: { beta: { buildid: '2', pwdrequired: '1' }, public: { buildid: '1' } } },
    },
  );
  expect(changes).toEqual({
    languages: {
      english: {
        old: { supported: true, full_audio: false, subtitles: false },
        new: { supported: true, full_audio: false, subtitles: true },
      },
    },
    'branches.beta': { old: BUILD, new: { ...BUILD, build_id: '2', is_password_required: true } },
    deck: {
      old: null,
      new: {
        category: 2,
        status: 'playable',
        test_timestamp: null,
        tested_build_id: '5',
        steamos_compatibility: null,
        tests: null,
        configuration: null,
      },
    },
  });
});

test('a language or branch that is added or removed is null on the other side, even if it is empty', () => {
  const none = { common: {}, depots: {} };
  const some = { common: { supported_languages: { klingon: {} } }, depots: { branches: { __proto__x: {} } } };
  const language = { supported: false, full_audio: false, subtitles: false };
  const branch = { ...BUILD, build_id: null };
  expect(changesBetween(none, some)).toEqual({
    languages: { klingon: { old: null, new: language } },
    'branches.__proto__x': { old: null, new: branch },
  });
  expect(changesBetween(some, none)).toEqual({
    languages: { klingon: { old: language, new: null } },
    'branches.__proto__x': { old: branch, new: null },
  });
});

test('a list in another order has not changed', () => {
  const body = (...order: ['1', '2'] | ['2', '1']): Block => ({
    common: {
      store_tags: numbered(order),
      content_descriptors: numbered(order),
      supported_languages: order.map((name) => [`language ${name}`, { supported: '1' }] as const),
      steam_deck_compatibility: {
        tests: numbered(order.map((display) => ({ display, token: 'x' }))),
        configuration: order.map((name) => [name, 'x'] as const),
      },
      oslist: order.map((name) => `system${name}`).join(),
    },
    extended: { listofdlc: order.join() },
    depots: { branches: order.map((name) => [name, { buildid: name }] as const) },
  });
  expect(changesBetween(body('1', '2'), body('2', '1'))).toEqual({});
});

test('a missing value that becomes an empty one has not changed', () => {
  const empty: Block = {
    common: {
      name: '',
      store_tags: {},
      supported_languages: {},
      content_descriptors: {},
      steam_deck_compatibility: { tests: {}, configuration: {} },
    },
    depots: { branches: {} },
  };
  expect(changesBetween({}, empty)).toEqual({});
  expect(changesBetween(empty, {})).toEqual({});
});

test('is_free has not changed when a response has no value for it', () => {
  const { is_free: isFree, ...others } = changesBetween({ extended: { isfreeapp: '1', state: 'x' } }, {});
  expect(isFree).toBeUndefined();
  expect(others).toEqual({ app_state: { old: 'x', new: null } });
});

test('what a restricted record leaves out has not changed', () => {
  const full = extracted(fullApp);
  expect(diffRecords(full, extracted({ public_only: '1' }))).toEqual({
    pics_access: { old: 'public', new: 'restricted' },
  });
  const renamed = extracted({ public_only: '1', depots: { branches: { public: { buildid: '23371447' } } } });
  expect(Object.keys(diffRecords(full, renamed)).sort()).toEqual([
    'branches.Beta',
    'branches.public',
    'last_content_update',
    'pics_access',
  ]);
});

test('branches have not changed when one of the records is of a version without them', () => {
  const record = extracted({ depots: { branches: { public: { buildid: '1' } } } });
  const older: AppRecord = { ...record, depots: { lastContentUpdate: null, currentBuildId: '1' } };
  expect(diffRecords(older, record)).toEqual({});
  expect(diffRecords(record, older)).toEqual({});
});
