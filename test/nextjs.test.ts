import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { connectDatabase, writeBatch } from '@pics/database';
import { sql } from 'kysely';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { fullRecord, writeJob } from '../packages/database/src/testing/app-record.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createApiRoles } from './support/data-api/api-roles.ts';
import { startDataApi } from './support/data-api/start-data-api.ts';
import { createTestDatabase } from './support/database.ts';
import { installNpmPackages } from './support/npm-packages.ts';
import { removeFolder } from './support/servers.ts';

const ROOT = resolve(import.meta.dirname, '..');
const page = readFileSync(join(ROOT, 'docs/nextjs.md'), 'utf8');
const packages = await installNpmPackages('nextjs', [
  '@supabase/supabase-js@2.119.0',
  'react@19.3.1',
  'react-dom@19.3.1',
  '@types/react@19.3.3',
  '@types/node@24.19.2',
  '@types/pg@8.23.1',
]);

/** The options of a new Next.js app; only libraries are checked as well, because one of them is ours. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2017',
    lib: ['dom', 'dom.iterable', 'esnext'],
    strict: true,
    noEmit: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    isolatedModules: true,
    jsx: 'react-jsx',
    types: ['node'],
  },
  include: ['**/*.ts', '**/*.tsx'],
};

/** An app with the files of the page, beside the packages that it uses. */
function createApp(edit: (file: string) => string = (file) => file): string {
  const folder = mkdtempSync(join(packages ?? '', 'app-'));
  closeAtEnd(folder, async () => removeFolder(folder));
  for (const [, path = '', content = ''] of page.matchAll(/```tsx? title="([^"]+)"\n(.*?)```/gs)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), edit(content));
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  mkdirSync(join(folder, 'node_modules/@pics'), { recursive: true });
  symlinkSync(join(ROOT, 'packages/schema'), join(folder, 'node_modules/@pics/schema'));
  return folder;
}

/** Resolves with what the compiler says; nothing when all is well. */
async function compile(folder: string): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [tsc, '-p', folder], { cwd: folder }).then(
    () => '',
    // Those of supabase-js itself are none of ours: Next.js does not check libraries.
    (error: { stdout: string }) => error.stdout.replaceAll(/^\.\.\/node_modules\/.*\n(?: .*\n)*/gm, ''),
  );
}

describe.skipIf(!packages)('the pages of docs/nextjs.md', () => {
  afterAll(() => vi.unstubAllEnvs());

  test('compile with the options of a new Next.js app', async () => {
    expect(await compile(createApp())).toBe('');
  });

  test('do not compile with a column that is not there', async () => {
    const edit = (file: string) => file.replace("select('name, developers", "select('name, developer");
    const said = await compile(createApp(edit));
    expect(said).toContain("column 'developer' does not exist on 'app_details'");
  });

  test('show what is stored to the role anon, once it may read', async () => {
    const { url } = await createTestDatabase();
    const database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
    closeAtEnd('database', () => database.destroy());
    await writeBatch(database, writeJob({ records: [fullRecord(440, 900)] }));
    const rename = await createApiRoles(database, url);
    for (const [, statement = ''] of page.matchAll(/```sql\n(.*?)```/gs)) {
      await sql.raw(rename(statement)).execute(database);
    }
    vi.stubEnv('SUPABASE_URL', await startDataApi(url, rename('anon')));
    vi.stubEnv('SUPABASE_PUBLISHABLE_KEY', 'sb_publishable_test');

    const app = createApp();
    const react = (await import(join(packages ?? '', 'node_modules/react-dom/server.js'))) as {
      renderToStaticMarkup(element: unknown): string;
    };
    const load = async (path: string) =>
      ((await import(join(app, path))) as { default: (props?: object) => Promise<unknown> }).default;
    const showApp = await load('app/apps/[appid]/page.tsx');
    const render = async (appid: string) =>
      react.renderToStaticMarkup(await showApp({ params: Promise.resolve({ appid }) }));
    const shown = await render('440');
    const { rows } = await sql<{ name: string; tags: string[] }>`
      select name, tags from app_details where appid = 440`.execute(database);
    expect(shown).toContain(`<h1>${rows[0]?.name}</h1>`);
    for (const tag of rows[0]?.tags ?? ['a tag']) expect(shown).toContain(`<li>${tag}</li>`);
    expect(await render('1')).toBe('<p>There is no app 1.</p>');

    await sql`update app_steam_deck set status = 'verified' where appid = 440`.execute(database);
    const home = react.renderToStaticMarkup(await (await load('app/page.tsx'))());
    expect(home).toContain('<a href="/apps/440">');
    expect(home).toContain('verified</li>');
  });
});
