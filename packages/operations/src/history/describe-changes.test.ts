import type { Changes } from '@pics/core';
import { expect, test } from 'vitest';
import { describeChanges } from './describe-changes.ts';

const NAMES = new Map([
  ['tags 1716', 'Roguelike'],
  ['tags 597', 'Casual'],
  ['dlc 7', 'Soundtrack'],
]);

function inWords(changes: Changes): string[] {
  return describeChanges(changes, (set, id) => NAMES.get(`${set} ${id}`)).map(
    ({ label, text }) => `${label}: ${text}`,
  );
}

const BUILD = { build_id: '1', time_updated: null, is_password_required: false, description: null };

test('branches come last and start with public, in whatever order the fields are', () => {
  const branch = { old: null, new: BUILD };
  const changes = { 'branches.a': branch, 'branches.public': branch, name: { old: 'A', new: 'B' } };
  const labels = inWords(changes).map((line) => line.split(':')[0]);
  expect(labels).toEqual(['Name', 'Branch public', 'Branch a']);
});

test('a change of a column shows the old and the new value', () => {
  expect(
    inWords({
      name: { old: 'A', new: 'B' },
      is_free: { old: false, new: true },
      steam_release_date: { old: '2024-01-01T00:00:00+00:00', new: '2024-01-02T12:30:59+00:00' },
      pics_review_score: { old: null, new: 8 },
      pics_review_percentage: { old: null, new: 84 },
      content_descriptors: { old: [2], new: [2, 5] },
      release_state: { old: 'prerelease', new: 'released' },
    }),
  ).toEqual([
    'Name: A → B',
    'Free: no → yes',
    'Release on Steam: 2024-01-01 → 2024-01-02 12:30 UTC',
    'Review score: none → 8',
    'Positive reviews: none → 84 %',
    'Content descriptors: 2 → 2, 5',
    'Release state: prerelease → released',
  ]);
});

test('a change of a set shows the names of its members, ids where there is no name, and how many more there are', () => {
  const many = Array.from({ length: 30 }, (_, index) => index + 100);
  expect(
    inWords({
      tags: { added: [1716, 3], removed: [597] },
      developers: { added: ['A'], removed: [] },
      dlc: { added: [7, ...many], removed: [] },
    }),
  ).toEqual([
    'Tags: + Roguelike, + 3, − Casual',
    'Developers: + A',
    `DLC: + Soundtrack, ${many
      .slice(0, 19)
      .map((id) => `+ ${id}`)
      .join(', ')} and 11 more`,
  ]);
});

test('a change of languages shows what each one gained and lost', () => {
  const supported = { supported: true, full_audio: false, subtitles: false };
  expect(
    inWords({
      languages: {
        german: { old: null, new: { ...supported, subtitles: true } },
        french: { old: supported, new: null },
        italian: { old: { ...supported, subtitles: true }, new: { ...supported, full_audio: true } },
        klingon: { old: null, new: { ...supported, supported: false } },
      },
    }),
  ).toEqual([
    'Languages: + german (interface, subtitles), − french, italian: + full audio − subtitles, + klingon',
  ]);
});

test('a change of a branch shows what changed in it', () => {
  expect(
    inWords({
      'branches.beta': {
        old: BUILD,
        new: { ...BUILD, build_id: '2', time_updated: '2024-01-01T00:00:00+00:00' },
      },
      'branches.new.one': { old: null, new: { ...BUILD, is_password_required: true } },
      'branches.old': { old: BUILD, new: null },
      'branches.secret': {
        old: BUILD,
        new: { ...BUILD, is_password_required: true, description: 'For testers' },
      },
      'branches.again': { old: BUILD, new: { ...BUILD, time_updated: '2024-01-01T08:00:00+00:00' } },
    }),
  ).toEqual([
    'Build of beta: 1 → 2',
    'Branch new.one: added, build 1, password required',
    'Branch old: removed',
    'Password of secret: not required → required',
    'Description of secret: none → For testers',
    'Update of again: none → 2024-01-01 08:00 UTC',
  ]);
});

test('the build of the public branch is shown once', () => {
  const columns: Changes = {
    current_build_id: { old: '1', new: '2' },
    last_content_update: { old: null, new: '2024-01-01T00:00:00+00:00' },
  };
  expect(
    inWords({ ...columns, 'branches.public': { old: BUILD, new: { ...BUILD, build_id: '2' } } }),
  ).toEqual(['Build of public: 1 → 2']);
  expect(inWords(columns)).toEqual(['Build: 1 → 2', 'Content updated: none → 2024-01-01']);
});

test('a change of the Deck report shows its result', () => {
  const report = { status: 'playable', test_timestamp: '2024-01-01T00:00:00+00:00' };
  expect(inWords({ deck: { old: null, new: report } })).toEqual(['Steam Deck: not tested → playable']);
  expect(inWords({ deck: { old: report, new: { ...report, status: 'verified' } } })).toEqual([
    'Steam Deck: playable → verified',
  ]);
  expect(inWords({ deck: { old: report, new: { ...report, test_timestamp: null } } })).toEqual([
    'Steam Deck: playable, tested again',
  ]);
  expect(inWords({ deck: { old: report, new: { ...report, tests: [] } } })).toEqual([
    'Steam Deck: playable, details changed',
  ]);
});

test('names that a publisher chose cannot control a terminal', () => {
  expect(
    inWords({ name: { old: 'A\u001b[2J', new: 'B' }, 'branches.\u0007x': { old: BUILD, new: null } }),
  ).toEqual(['Name: A [2J → B', 'Branch  x: removed']);
});
