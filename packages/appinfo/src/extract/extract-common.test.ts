import { describe, expect, test } from 'vitest';
import { numbered } from './testing/app-body.ts';
import { extracted, extractedCommon } from './testing/extracted.ts';

describe('texts', () => {
  test('are trimmed, and null when nothing is left', () => {
    expect(extractedCommon({ name: '\t \u00a0Nine\n ' }).name).toBe('Nine');
    expect(extractedCommon({ name: '  ' }).name).toBeNull();
    expect(extractedCommon({ name: '' }).name).toBeNull();
  });

  test('lose their NULs, which Postgres refuses, before they are trimmed', () => {
    expect(extractedCommon({ name: ' \0 Ni\0ne\0', type: '\0' })).toMatchObject({ name: 'Nine', type: null });
  });

  test('get U+FFFD for bytes that are not UTF-8, so that no lone surrogate reaches Postgres', () => {
    const body = Buffer.from('"appinfo" { "common" { "name" "Nin\xe9 \xed\xa0\x80" } }', 'latin1');
    expect(extracted(body).common?.name).toMatch(/^Nin\uFFFD \uFFFD+$/);
  });

  test('are those of the first of duplicate keys, in any case', () => {
    expect(extractedCommon({ NAME: 'first', name: 'second' }).name).toBe('first');
    expect(extracted({ Common: { name: 'first' }, common: { name: 'second' } }).common?.name).toBe('first');
  });

  test('count as absent where Steam sends a block instead, as blocks do where it sends a text', () => {
    expect(extractedCommon({ name: { '0': 'x' }, store_tags: '19' })).toMatchObject({
      name: null,
      tagIds: [],
    });
  });

  test('keep unknown types and states, in lower case', () => {
    expect(extractedCommon({ type: 'Hardware X', releasestate: 'PreRelease' })).toMatchObject({
      type: 'hardware x',
      releaseState: 'prerelease',
    });
  });
});

describe('numbers', () => {
  test.each([
    [
      'review_score',
      'reviewScore',
      { '1': 1, '9': 9, ' 8 ': 8, '0': null, '10': null, '': null, '8.5': null },
    ],
    ['review_percentage', 'reviewPercentage', { '0': 0, '100': 100, '101': null, '-1': null, '': null }],
    ['metacritic_score', 'metacriticScore', { '0': 0, '100': 100, '101': null, '0x10': null, '+5': null }],
    ['parent', 'parentAppid', { '570': 570, '0': null, '2147483647': 2147483647, '2147483648': null }],
    ['primary_genre', 'primaryGenreId', { '23': 23, '0': null, '99999999999999999999': null, '1e1': null }],
    ['steam_release_date', 'steamReleaseDate', { '1345568400': 1345568400, '0': null, '-5': null }],
    [
      'original_release_date',
      'originalReleaseDate',
      { '8640000000000': 8640000000000, '8640000000001': null },
    ],
  ] as const)('in %s are null where they do not fit the column', (key, field, cases) => {
    for (const [value, expected] of Object.entries(cases)) {
      expect([value, extractedCommon({ [key]: value })[field]]).toEqual([value, expected]);
    }
  });
});

describe('lists', () => {
  test('are in the order of their numbers, gaps or not, with other keys last', () => {
    const store_tags = [
      ['10', '5'],
      ['x', '7'],
      ['2', '19'],
      ['0', '492'],
    ] as const;
    expect(extractedCommon({ store_tags }).tagIds).toEqual([492, 19, 5, 7]);
  });

  test('take the first of duplicate keys and of duplicate ids', () => {
    const store_tags = [
      ['0', '492'],
      ['0', '1'],
      ['1', '19'],
      ['2', '492'],
    ] as const;
    expect(extractedCommon({ store_tags }).tagIds).toEqual([492, 19]);
  });

  test('leave out whatever is not an id, such as genre 0', () => {
    const ids = numbered(['0', '', '-4', '1.5', 'x', '2147483648', '3']);
    expect(extractedCommon({ store_tags: ids, genres: ids })).toMatchObject({ tagIds: [3], genreIds: [3] });
  });

  test('of categories have the id in the key and count when the value is true', () => {
    const category = [
      ['category_22', '1'],
      ['Category_2', 'true'],
      ['category_9', '0'],
      ['category_9', '1'],
      ['category_x', '1'],
      ['category_', '1'],
      ['8', '1'],
    ] as const;
    expect(extractedCommon({ category }).categoryIds).toEqual([2, 22]);
  });

  test('of content descriptors are numbers, null without any', () => {
    expect(extractedCommon({ content_descriptors: numbered(['5', 'x', '2']) }).contentDescriptors).toEqual([
      5, 2,
    ]);
    expect(extractedCommon({ content_descriptors: {} }).contentDescriptors).toBeNull();
  });
});

test.each([
  ['macos,windows', 'windows,macos'],
  ['linux,windows,macos', 'windows,macos,linux'],
  ['Zeta,Linux, amiga ,WINDOWS,linux,amiga', 'windows,linux,amiga,zeta'],
  [' , ,', null],
  ['', null],
])('the platforms of %j are %j', (oslist, platforms) => {
  expect(extractedCommon({ oslist }).platforms).toBe(platforms);
});

test.each([
  ['full', 'full'],
  [' Partial', 'partial'],
  ['none', null],
  ['', null],
])('the controller support of %j is %j', (controller_support, support) => {
  expect(extractedCommon({ controller_support }).controllerSupport).toBe(support);
});

test('the Metacritic URL is the absolute one, else the relative one', () => {
  const metacritic_url = 'pc/nine';
  expect(extractedCommon({ metacritic_url, metacritic_fullurl: '' }).metacriticUrl).toBe('pc/nine');
  expect(extractedCommon({ metacritic_url, metacritic_fullurl: 'https://m.example' }).metacriticUrl).toBe(
    'https://m.example',
  );
});
