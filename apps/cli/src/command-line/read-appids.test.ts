import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readAppids } from './read-appids.ts';

const folder = mkdtempSync(join(tmpdir(), 'pics-appids-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: string): string {
  const file = join(folder, 'ids.txt');
  writeFileSync(file, content);
  return file;
}

test.each([
  ['one a line', '440\n570\n', [440, 570]],
  ['several a line', '440, 570;730\t10\r\n', [440, 570, 730, 10]],
  ['comments and blank lines', '# mine\n440 # Team Fortress\n\n570', [440, 570]],
  ['a table with a heading', '"appid"\n"440"\n"570"\n', [440, 570]],
])('reads %s', async (_, content, appids) => {
  expect(await readAppids(write(content))).toEqual(appids);
});

test('names the line that holds something other than appids', async () => {
  await expect(readAppids(write('440\n570\n12x\n'))).rejects.toThrow(/, line 3: "12x" is not an appid/);
});

test.each(['', '# nothing\n'])('refuses a file without any app: %j', async (content) => {
  await expect(readAppids(write(content))).rejects.toThrow('names no app');
});

test('says why a file cannot be read', async () => {
  await expect(readAppids(join(folder, 'missing'))).rejects.toThrow(/cannot be read: ENOENT/);
});
