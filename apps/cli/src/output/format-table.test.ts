import { describe, expect, test } from 'vitest';
import { formatFields, formatTable, type Column } from './format-table.ts';

interface Row {
  appid: number;
  name: string;
}

const columns: Column<Row>[] = [
  { title: 'appid', value: ({ appid }) => String(appid), align: 'right' },
  { title: 'name', value: ({ name }) => name, flexible: true },
];

describe('formatTable', () => {
  test('aligns numbers, and leaves no spaces at the end of a line', () => {
    const rows = [
      { appid: 7, name: 'Steam Client' },
      { appid: 1_144_200, name: 'Ready or Not' },
    ];
    expect(formatTable(rows, columns)).toEqual([
      '  appid  name',
      '      7  Steam Client',
      '1144200  Ready or Not',
    ]);
  });

  test('is at most as wide as the terminal', () => {
    const rows = [{ appid: 7, name: 'A name that is longer than the terminal is wide' }];
    expect(formatTable(rows, columns, 30)).toEqual(['appid  name', '    7  A name that is longer …']);
  });

  test('counts a wide character as two columns', () => {
    const rows = [
      { appid: 7, name: '静かな村' },
      { appid: 8, name: 'Quiet' },
    ];
    const [first = '', ...others] = formatTable(
      rows,
      [columns[1], columns[0]].filter((column) => !!column),
    );
    expect([first, ...others]).toEqual(['name      appid', '静かな村      7', 'Quiet         8']);
    expect(formatTable([{ appid: 7, name: '静かな村静かな村静かな村' }], columns, 25)[1]).toBe(
      '    7  静かな村静かな村…',
    );
  });

  test('removes control characters', () => {
    const rows = [{ appid: 7, name: 'Red\u001b[31m\u0007\n\u202Etxet' }];
    expect(formatTable(rows, columns)[1]).toBe('    7  Red [31m txet');
  });
});

describe('formatFields', () => {
  test('leaves out empty texts, and wraps long ones below themselves', () => {
    const fields = formatFields(
      [
        ['Tags', 'Action, Adventure, Strategy, Simulation'],
        ['Free', undefined],
        ['Genres', 'RPG'],
      ],
      30,
    );
    expect(fields).toEqual(['Tags    Action, Adventure,', '        Strategy, Simulation', 'Genres  RPG']);
  });
});
