import { PermanentError } from '@pics/core';
import { describe, expect, test } from 'vitest';
import { extractApp } from './extract-app.ts';
import { ExtractionError } from './column-values.ts';
import { appBody, numbered } from './testing/app-body.ts';
import { extracted } from './testing/extracted.ts';
import { fullApp } from './testing/full-app.ts';

const NO_COMMON = {
  name: null,
  type: null,
  controllerSupport: null,
  reviewScore: null,
  reviewPercentage: null,
  metacriticScore: null,
  metacriticUrl: null,
  platforms: null,
  releaseState: null,
  parentAppid: null,
  contentDescriptors: null,
  languages: null,
  steamReleaseDate: null,
  originalReleaseDate: null,
  tagIds: [],
  genreIds: [],
  primaryGenreId: null,
  categoryIds: [],
  franchises: [],
  deck: null,
};

test('a full body gives a record with every field', () => {
  expect(extracted(fullApp)).toStrictEqual({
    appid: 1000,
    changeNumber: 77,
    access: 'public',
    common: {
      name: 'Café "Nine" \\ Ten',
      type: 'game',
      controllerSupport: 'partial',
      reviewScore: 8,
      reviewPercentage: 86,
      metacriticScore: 92,
      metacriticUrl: 'https://www.metacritic.example/game/pc/nine',
      platforms: 'windows,macos,linux,amiga',
      releaseState: 'released',
      parentAppid: 900,
      contentDescriptors: [5, 2],
      languages: {
        english: { supported: true, full_audio: true, subtitles: true },
        french: { supported: true, full_audio: false, subtitles: false },
        klingon: { supported: false, full_audio: false, subtitles: false },
      },
      steamReleaseDate: 1345568400,
      originalReleaseDate: 1088924400,
      tagIds: [19, 492, 122, 4182],
      genreIds: [1, 23],
      primaryGenreId: 23,
      categoryIds: [1, 2, 22],
      franchises: ['Numbers'],
      deck: {
        category: 3,
        testTimestamp: 1653436800,
        testedBuildId: '7634162',
        steamosCompatibility: 2,
        tests: [
          { display: '4', token: '#SteamDeckVerified_TestResult_One' },
          { display: '3', token: '#SteamDeckVerified_TestResult_Two' },
        ],
        configuration: { supported_input: 'gamepad', nested: { small_text: '0' } },
      },
    },
    extended: {
      isFree: true,
      homepageUrl: 'nine.example',
      appState: 'eStateAvailable',
      dlcAppids: [1001, 1002],
    },
    depots: {
      lastContentUpdate: 1779489106,
      currentBuildId: '23371447',
      branches: [
        {
          name: 'Beta',
          buildId: '7',
          timeUpdated: 1428646818,
          isPasswordRequired: true,
          description: 'Try "this"',
        },
        {
          name: 'public',
          buildId: '23371447',
          timeUpdated: 1779489106,
          isPasswordRequired: false,
          description: null,
        },
      ],
    },
    developers: ['Nine Rivers', 'Eight Hills'],
    publishers: ['Tenth Press'],
  });
});

test('the last update is that of the build where the branch names no other', () => {
  const lastUpdate = (branch: Record<string, string>) =>
    extracted({ appid: '1000', depots: { branches: { public: branch } } }).depots?.lastContentUpdate;
  expect(lastUpdate({ timebuildupdated: '1428646818' })).toBe(1428646818);
  expect(lastUpdate({ timebuildupdated: '1428646818', timeupdated: '1779489106' })).toBe(1779489106);
});

test('extracting changes neither the body nor what came with it', () => {
  const body = appBody(fullApp);
  const before = Buffer.from(body);
  const entry = Object.freeze({ appid: 1000, changeNumber: 77, missingToken: false, body });
  expect(extractApp(entry)).toStrictEqual(extractApp(entry));
  expect(body.equals(before)).toBe(true);
});

test('a body that cannot be extracted fails for good', () => {
  const empty = { appid: 1000, changeNumber: 1, missingToken: false, body: new Uint8Array() };
  expect(() => extractApp(empty)).toThrow(ExtractionError);
  expect(() => extractApp(empty)).toThrow(PermanentError);
});

describe('access', () => {
  test('a public record has every section, null and empty where the body says nothing', () => {
    expect(extracted({ appid: '1000' })).toStrictEqual({
      appid: 1000,
      changeNumber: 77,
      access: 'public',
      common: NO_COMMON,
      extended: { isFree: null, homepageUrl: null, appState: null, dlcAppids: [] },
      depots: { lastContentUpdate: null, currentBuildId: null, branches: [] },
      developers: [],
      publishers: [],
    });
  });

  test.each(['1', 'true'])(
    'public_only "%s" makes a record restricted to the sections it carries',
    (flag) => {
      const restricted = { appid: 1000, changeNumber: 77, access: 'restricted' };
      expect(extracted({ appid: '1000', public_only: flag })).toStrictEqual(restricted);
      expect(extracted({ public_only: flag, common: 'no block' })).toStrictEqual(restricted);
      expect(extracted({ public_only: flag, depots: {} })).toStrictEqual({
        ...restricted,
        depots: { lastContentUpdate: null, currentBuildId: null, branches: [] },
      });
    },
  );

  test('public_only "0", or anywhere but at the root, leaves it public', () => {
    expect(extracted({ public_only: '0', common: { public_only: '1' } }).access).toBe('public');
  });

  test('a missing token makes a record restricted, whatever the body', () => {
    expect(extracted({ common: { name: 'Nine' } }, true)).toStrictEqual({
      appid: 1000,
      changeNumber: 77,
      access: 'restricted',
      common: { ...NO_COMMON, name: 'Nine' },
    });
  });

  test('a missing token allows an empty body', () => {
    const restricted = { appid: 1000, changeNumber: 77, access: 'restricted' };
    expect(extracted(new Uint8Array(), true)).toStrictEqual(restricted);
    expect(extracted(new Uint8Array(1), true)).toStrictEqual(restricted);
  });
});

describe('developers and publishers', () => {
  const extended = { developer: ' Solo, Inc. ', publisher: 'Solo Press' };

  test('are the associations of the type: trimmed, in order, without repeats and empty names', () => {
    const associations = numbered([
      { type: 'developer', name: ' Nine Rivers ' },
      { type: 'Publisher', name: 'Tenth Press' },
      { type: 'developer', name: 'Eight Hills' },
      { type: 'developer', name: 'Nine Rivers' },
      { type: 'developer', name: ' ' },
      { type: 'producer', name: 'Nobody' },
      { type: 'franchise', name: 'Numbers' },
    ]);
    const record = extracted({ common: { associations }, extended });
    expect(record.developers).toEqual(['Nine Rivers', 'Eight Hills']);
    expect(record.publishers).toEqual(['Tenth Press']);
    expect(record.common?.franchises).toEqual(['Numbers']);
  });

  test('are what extended names when the associations hold none of the type', () => {
    const associations = numbered([
      { type: 'franchise', name: 'Numbers' },
      { type: 'publisher', name: '' },
    ]);
    const record = extracted({ common: { associations }, extended });
    expect(record).toMatchObject({ developers: ['Solo, Inc.'], publishers: ['Solo Press'] });
  });

  test('are absent from a restricted record that has none and no extended, so that nothing stored is erased', () => {
    const associations = numbered([{ type: 'developer', name: 'Nine' }]);
    const record = extracted({ public_only: '1', common: { associations } });
    expect(record.developers).toEqual(['Nine']);
    expect(record).not.toHaveProperty('publishers');
  });

  test('are settled in a restricted record by an extended, even one that names none', () => {
    const record = extracted({ public_only: '1', common: {}, extended: { publisher: 'Solo Press' } });
    expect(record).toMatchObject({ developers: [], publishers: ['Solo Press'] });
  });
});
