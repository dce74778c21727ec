import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';

let world: CliWorld;

beforeAll(async () => {
  world = await createCliWorld();
});

const SECRET = '16045690984833335023';

async function write(...lines: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'tokens.txt');
  await writeFile(file, lines.join('\n'));
  return file;
}

test('tokens import names every bad line without its text, and imports nothing then', async () => {
  const file = await write('app 440 1', `app 570 ${SECRET}0`, '', `# ${SECRET}`, `app ${SECRET}`);
  const result = await world.pics('tokens', 'import', file);
  expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  expect(result.stderr).toMatch(/^line 2: .*\nline 5: .*\nNothing was imported\.\n$/);
  expect(result.stderr).not.toContain(SECRET);
  expect(await world.ask('tokens')).toMatchObject({ apps: { imported: 0 } });

  expect(await world.pics('tokens', 'import', '/nonexistent')).toMatchObject({ exitCode: 1, stdout: '' });
  expect(await world.pics('tokens', 'import')).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await world.pics('tokens', 'remove')).toMatchObject({ exitCode: 2, stdout: '' });
});

test('tokens import wants the apps of new tokens, and tokens counts without showing any', async () => {
  const file = await write(`app 440 ${SECRET}`, `app 570 ${SECRET}`, `package 12 ${SECRET}`);
  expect(await world.ask('tokens', 'import', file)).toEqual({
    apps: { imported: 2, new: 2 },
    packages: { imported: 1, new: 1 },
  });
  expect((await world.pics('tokens', 'import', file)).stdout).toBe(
    'Tokens imported: 2 of apps (0 new), 1 of packages (0 new).\n',
  );
  const wanted = await world.database
    .selectFrom('picsAppLedger')
    .select(['id', 'wantedChangeNumber', 'settledChangeNumber'])
    .orderBy('id')
    .execute();
  expect(wanted).toEqual([440, 570].map((id) => ({ id, wantedChangeNumber: 0, settledChangeNumber: null })));

  const none = { granted: 0, denied: 0, refused: 0, waiting: 0 };
  expect(await world.ask('tokens')).toEqual({
    apps: { imported: 2, ...none },
    packages: { imported: 1, ...none },
  });
  const { stdout } = await world.pics('tokens');
  expect(stdout).toMatch(/apps +0 +2 +0 +0 +0\npackages +0 +1 +0 +0 +0\n/);
  const shown = (await world.pics('app', '440', '--json')).stdout;
  expect(shown).toContain('"imported"');
  expect(stdout + shown).not.toContain(SECRET);
});
