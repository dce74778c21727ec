import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { insertVersions } from '../../packages/database/src/testing/versions.ts';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';
import { runCli } from '../support/run-cli.ts';

const HOSTILE = '\u001B]0;owned\u0007\u009B31m\u202E';

function textOf(name: string, ...more: string[]): string {
  const common = ['{', `\t\t"name"\t\t"${name}"`, ...more.map((line) => `\t\t${line}`), '\t}'].join('\n\t');
  return `"appinfo"\n{\n\t"appid"\t\t"440"\n\t"common"\n\t${common}\n}\n`;
}

const FIRST = textOf('Team Fortress', '"type"\t\t"Game"');
const SECOND = textOf(`Team ${HOSTILE} 2`, '"type"\t\t"Game"');
const NOW = textOf('Team Fortress 2', '"type"\t\t"game"', '"oslist"\t\t"linux"');

let world: CliWorld;

beforeAll(async () => {
  world = await createCliWorld();
  const { database } = world;
  await insertVersions(database, 440, [
    { changeNumber: 100, text: FIRST },
    { changeNumber: 200, lastChangeNumber: 250, text: SECOND },
    { changeNumber: 300, text: NOW },
  ]);
  await insertVersions(database, 10, [{ changeNumber: 100, text: textOf('Counter-Strike') }]);
  await sql`insert into steam_tags (tag_id, name) values (1716, 'Roguelike'), (597, 'Casual')`.execute(
    database,
  );
  const events = [
    ['app.added', { name: { old: null, new: 'Team Fortress' } }],
    [
      'app.changed',
      {
        name: { old: 'Team Fortress', new: `Team ${HOSTILE} 2` },
        tags: { added: [1716, 3], removed: [597] },
      },
    ],
    ['build.published', { 'branches.beta': { old: { build_id: '1' }, new: { build_id: '2' } } }],
    ['app.removed', { pics_access: { old: 'public', new: 'removed' } }],
  ] as const;
  for (const [index, [type, changes]] of events.entries()) {
    await sql`
      insert into pics_events (at, change_number, subject_id, kind, type, changes)
      values (now() - make_interval(hours => ${10 * (4 - index)}), ${type === 'app.removed' ? null : (index + 1) * 100}, 440, 'app', ${type}, ${JSON.stringify(changes)})
    `.execute(database);
  }
  await sql`
    insert into app_branches (appid, branch, build_id, time_updated, is_password_required, description)
    values (440, 'public', '7', '2026-01-02', null, null), (440, 'beta', '8', null, true, ${`Try ${HOSTILE}`})
  `.execute(database);
  await sql`
    insert into app_builds (appid, branch, build_id, time_updated, change_number)
    values (440, 'public', '6', '2026-01-01', 100), (440, 'public', '7', '2026-01-02', 200), (440, 'beta', '8', '2026-01-03', 300)
  `.execute(database);
});

/** What a command prints when it succeeds and has nothing to note. */
async function printed(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await world.pics(...args);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).not.toMatch(/[^\P{Cc}\n\t]|\u202E/u);
  return stdout;
}

/** What a command that fails says. */
async function refused(...args: string[]): Promise<[exitCode: number | null, stderr: string]> {
  const { exitCode, stdout, stderr } = await world.pics(...args);
  expect(stdout).toBe('');
  return [exitCode, stderr];
}

describe('pics history', () => {
  test('describes what changed in words, the newest last', async () => {
    const times = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/gm;
    expect((await printed('history', '440')).replaceAll(times, 'TIME')).toBe(
      `TIME  change 100  added
  Name: none → Team Fortress

TIME  change 200
  Name: Team Fortress → Team  ]0;owned 31m  2
  Tags: + Roguelike, + 3, − Casual

TIME  change 300  build published
  Build of beta: 1 → 2

TIME  removed
  Access: public → removed
`,
    );
  });

  test('shows the changes of one field, since some time, or only the newest', async () => {
    const tags = await printed('history', '440', '--field', 'tags');
    expect(tags.split('\n').slice(1)).toEqual(['  Tags: + Roguelike, + 3, − Casual', '']);
    expect(await printed('history', '440', '--field', 'branches.beta')).toMatch(/change 300/);
    expect(await printed('history', '440', '--since', '15h')).toMatch(
      /^\S+ \S+ {2}removed\n {2}Access: public → removed\n$/,
    );
    const { stdout, stderr } = await world.pics('history', '440', '--limit', '1');
    expect([stdout, stderr]).toEqual([
      expect.stringMatching(/ removed\n/),
      'These are the newest 1; there may be more.\n',
    ]);
  });

  test('writes events as JSON, as they are stored and in words', async () => {
    expect(await world.ask('history', '440', '--field', 'tags')).toEqual([
      {
        id: expect.any(Number),
        at: expect.stringMatching(/Z$/),
        changeNumber: 200,
        type: 'app.changed',
        changes: { tags: { added: [1716, 3], removed: [597] } },
        inWords: [{ field: 'tags', label: 'Tags', text: '+ Roguelike, + 3, − Casual' }],
      },
    ]);
  });

  test('says that nothing was recorded, and refuses an app or a field that does not exist', async () => {
    expect(await printed('history', '10')).toBe('No change of app 10 was recorded.\n');
    expect(await printed('history', '440', '--field', 'deck', '--since', '2026-01-01')).toBe(
      'No change of deck of app 440 was recorded since 2026-01-01 00:00:00.\n',
    );
    expect(await refused('history', '99')).toEqual([
      1,
      'Nothing is known of app 99. Fetch it with: pics sync --appids 99\n',
    ]);
    expect(await refused('history', '440', '--field', 'price')).toEqual([
      2,
      expect.stringMatching(
        /^error: there is no field "price"\. There are: pics_access, name, type, .* tags, /,
      ),
    ]);
    expect(await refused('history', 'x')).toEqual([
      2,
      expect.stringContaining('it needs an id, such as 440'),
    ]);
  });
});

describe('pics history --diff', () => {
  test('prints a unified diff of the texts that were valid at two change numbers', async () => {
    expect(await printed('history', '440', '--diff', '150..260')).toBe(
      `--- app 440, change 100
+++ app 440, change 200
@@ -3,7 +3,7 @@
 \t"appid"\t\t"440"
 \t"common"
 \t{
-\t\t\t"name"\t\t"Team Fortress"
+\t\t\t"name"\t\t"Team  ]0;owned 31m  2"
 \t\t\t"type"\t\t"Game"
 \t\t}
 }
`,
    );
    const { exitCode, stdout } = await world.pics('history', '440', '--diff', '200..');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('+\t\t\t"oslist"\t\t"linux"')]);
    expect(await printed('history', '440', '--diff', '300')).toBe(
      'The text of app 440 was the same then: that of change 300.\n',
    );
  });

  test('is coloured where colours are wanted', async () => {
    const coloured = await runCli(['history', '440', '--diff', '100..200'], {
      DATABASE_URL: world.databaseUrl,
      FORCE_COLOR: '1',
    });
    const lines = coloured.stdout.split('\n');
    expect(lines[0]).toBe('\u001b[1m--- app 440, change 100\u001b[22m');
    expect(lines.filter((line) => line.startsWith('\u001b[31m-'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('\u001b[32m+'))).toHaveLength(1);
  });

  test('writes what differs as JSON, value by value', async () => {
    expect(await world.ask('history', '440', '--diff', '100..300')).toEqual({
      appid: 440,
      from: 100,
      to: 300,
      changes: [
        { path: ['appinfo', 'common', 'name'], old: 'Team Fortress', new: 'Team Fortress 2' },
        { path: ['appinfo', 'common', 'type'], old: 'Game', new: 'game' },
        { path: ['appinfo', 'common', 'oslist'], old: null, new: 'linux' },
      ],
    });
  });

  test('says what is missing, and wants change numbers', async () => {
    expect(await refused('history', '440', '--diff', '99..')).toEqual([
      1,
      'The oldest stored text of app 440 is from change 100.\n',
    ]);
    expect(await refused('history', '99', '--diff', '1..')).toEqual([
      1,
      'Nothing is known of app 99. Fetch it with: pics sync --appids 99\n',
    ]);
    expect(await refused('history', '440', '--diff', 'a..b')).toEqual([
      2,
      expect.stringContaining('It must be two change numbers, such as 36002074..36009512'),
    ]);
    expect(await refused('history', '440', '--diff', '1..', '--field', 'name')).toEqual([
      2,
      expect.stringContaining("cannot be used with option '--field <name>'"),
    ]);
  });
});

describe('pics document --change', () => {
  test('prints the text that was valid then', async () => {
    for (const [change, text, note] of [
      ['100', FIRST, /^Change 100, stored .* bytes; replaced since\.\n$/],
      ['299', SECOND, /^Change 200, .*; replaced since\.\n$/],
      ['999', NOW, /^Change 300, .* bytes\.\n$/],
    ] as const) {
      const { exitCode, stdout, stderr } = await world.pics('document', '440', '--change', change);
      expect([exitCode, stdout, stderr]).toEqual([0, text, expect.stringMatching(note)]);
    }
    expect(await world.ask('document', '440', '--change', '100', '--section', 'common')).toEqual({
      name: 'Team Fortress',
      type: 'Game',
    });
  });

  test('says that nothing is stored of that time, and refuses --part', async () => {
    expect(await refused('document', '440', '--change', '1')).toEqual([
      1,
      'The oldest stored text of app 440 is from change 100.\n',
    ]);
    expect(await refused('document', '440', '--change', '1', '--part', 'full')).toEqual([
      2,
      expect.stringContaining("cannot be used with option '--part <part>'"),
    ]);
    expect(await refused('document', '440', '--change', 'now')).toEqual([
      2,
      expect.stringContaining('It must be a change number, such as 36002074.'),
    ]);
  });

  test('says that an older text is damaged, and prints none of it', async () => {
    await insertVersions(world.database, 20, [
      { changeNumber: 100, text: 'a' },
      { changeNumber: 200, text: 'b' },
    ]);
    await sql`update app_versions set sha1 = decode(repeat('00', 20), 'hex') where appid = 20`.execute(
      world.database,
    );
    expect(await refused('document', '20', '--change', '100')).toEqual([
      1,
      expect.stringMatching(/^A stored text of app 20 is damaged: the text has the SHA-1 .*\n$/),
    ]);
  });
});

describe('pics builds', () => {
  test('shows the current branches and all of their builds, the newest last', async () => {
    const local = (day: number) => new Date(Date.UTC(2026, 0, day)).toLocaleString('sv-SE');
    expect(await printed('builds', '440')).toBe(
      `branch  build  updated                        description
public      7  ${local(2)}
beta        8                       password  Try  ]0;owned 31m

updated              change  build  branch
${local(1)}     100      6  public
${local(2)}     200      7  public (current)
${local(3)}     300      8  beta (current)
`,
    );
  });

  test('shows one branch, in JSON too', async () => {
    expect(await world.ask('builds', '440', '--branch', 'public')).toMatchObject({
      appid: 440,
      branches: [{ branch: 'public', buildId: '7' }],
      builds: [
        { buildId: '7', isCurrent: true, changeNumber: 200 },
        { buildId: '6', isCurrent: false },
      ],
    });
    const { stdout, stderr } = await world.pics('builds', '440', '--branch', 'public', '--limit', '1');
    expect([stdout, stderr]).toEqual([
      expect.stringContaining('public (current)'),
      'These are the newest 1 builds; there may be more.\n',
    ]);
  });

  test('names the branches when there is none of that name, and says when nothing is stored', async () => {
    expect(await refused('builds', '440', '--branch', 'bata')).toEqual([
      1,
      'App 440 has no branch "bata". It has: public, beta.\n',
    ]);
    expect(await printed('builds', '10')).toBe('No branch of app 10 is stored.\n');
    expect(await refused('builds', '99')).toEqual([
      1,
      'Nothing is known of app 99. Fetch it with: pics sync --appids 99\n',
    ]);
  });
});
