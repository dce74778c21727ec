import { expect, test } from 'vitest';
import { ExtractionError } from './column-values.ts';
import type { Block } from './testing/app-body.ts';
import { extracted } from './testing/extracted.ts';

function branchesOf(branches: Block) {
  return extracted({ depots: { branches } }).depots?.branches;
}

const EMPTY = { buildId: null, timeUpdated: null, isPasswordRequired: false, description: null };

test('every branch is in the record, in the order of Steam', () => {
  const branches = branchesOf({
    public: { buildid: '23371447', timebuildupdated: '1779489000', timeupdated: '1779489106' },
    '1.2.x': { buildid: '18446744073709551615', pwdrequired: '1', description: 'Old saves' },
    beta: {},
  });
  expect(branches).toEqual([
    { ...EMPTY, name: 'public', buildId: '23371447', timeUpdated: 1779489106 },
    {
      ...EMPTY,
      name: '1.2.x',
      buildId: '18446744073709551615',
      isPasswordRequired: true,
      description: 'Old saves',
    },
    { ...EMPTY, name: 'beta' },
  ]);
});

test('names of branches are kept exactly, and the first of equal ones counts', () => {
  const branches = branchesOf([
    [' Beta two ', { buildid: '1' }],
    ['BETA', { buildid: '2' }],
    ['beta', { buildid: '3' }],
    ['__proto__', { buildid: '4' }],
    ['', { buildid: '5' }],
  ]);
  expect(branches?.map(({ name, buildId }) => [name, buildId])).toEqual([
    [' Beta two ', '1'],
    ['BETA', '2'],
    ['__proto__', '4'],
  ]);
});

test('a build that is not a 64-bit number, a time that no column can hold and an empty description are null', () => {
  const branches = branchesOf({
    long: { buildid: '184467440737095516150' },
    late: { timeupdated: '8640000000001' },
    none: { buildid: '', timeupdated: '0', description: '  ' },
  });
  expect(branches).toEqual(['long', 'late', 'none'].map((name) => ({ ...EMPTY, name })));
});

test('a branch whose name is too long for an index fails its app', () => {
  expect(() => branchesOf({ ['b'.repeat(2_048)]: {} })).not.toThrow();
  expect(() => branchesOf({ ['b'.repeat(2_049)]: {} })).toThrow(ExtractionError);
});
