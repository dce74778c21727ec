import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Pool } from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { closeAtEnd } from './support/cleanup.ts';
import { startRealtime } from './support/data-api/start-realtime.ts';
import { installNpmPackages } from './support/npm-packages.ts';
import { readBlocks } from './support/read-page.ts';
import { removeFolder } from './support/servers.ts';
import { createSupabaseCatalogue, readSupabaseSql, SUPABASE_PAGE } from './support/supabase-catalogue.ts';

const ROOT = resolve(import.meta.dirname, '..');

const packages = await installNpmPackages('supabase', [
  '@supabase/supabase-js@2.119.0',
  '@supabase/postgrest-typegen@0.2.5',
  '@types/node@24.19.2',
]);

const TSCONFIG = {
  compilerOptions: {
    lib: ['dom', 'esnext'],
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'esnext',
    allowImportingTsExtensions: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    types: ['node'],
  },
};

/** The TypeScript files of the page with the types that Supabase generates of this database, beside the packages that they use. */
async function createProject(url: string, edit = (file: string) => file): Promise<string> {
  const folder = mkdtempSync(join(packages ?? '', 'project-'));
  closeAtEnd(folder, async () => removeFolder(folder));
  for (const { title, text } of readBlocks(SUPABASE_PAGE))
    if (title?.endsWith('.ts')) writeFileSync(join(folder, title), edit(text));
  writeFileSync(join(folder, 'database.types.ts'), await generateTypes(url));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  mkdirSync(join(folder, 'node_modules/@pics'), { recursive: true });
  symlinkSync(join(ROOT, 'packages/schema'), join(folder, 'node_modules/@pics/schema'));
  return folder;
}

/** What `supabase gen types` prints: it runs this library, in a container. */
async function generateTypes(url: string): Promise<string> {
  const library = join(packages ?? '', 'node_modules/@supabase/postgrest-typegen/dist/index.js');
  const { introspect, sortGeneratorMetadata, generateTypescript } = (await import(library)) as {
    introspect: (client: Pool, options: object) => Promise<unknown>;
    sortGeneratorMetadata: (metadata: unknown) => unknown;
    generateTypescript: (metadata: unknown, options: object) => Promise<string>;
  };
  const client = new Pool({ connectionString: url, max: 1 });
  try {
    const metadata = await introspect(client, { includedSchemas: ['public'] });
    return await generateTypescript(sortGeneratorMetadata(metadata), { detectOneToOneRelationships: true });
  } finally {
    await client.end();
  }
}

/** Resolves with what the compiler says; nothing when all is well. */
async function compile(folder: string): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [tsc, '-p', folder], { cwd: folder }).then(
    () => '',
    // Those of supabase-js itself are none of ours.
    (error: { stdout: string }) => error.stdout.replaceAll(/^\.\.\/node_modules\/.*\n(?: .*\n)*/gm, ''),
  );
}

describe.skipIf(!packages)('the TypeScript of docs/supabase.md', () => {
  afterEach(() => void vi.unstubAllEnvs());

  test('compiles with @pics/schema, and with the types that Supabase generates', async () => {
    const { url, run } = await createSupabaseCatalogue();
    for (const statement of readSupabaseSql('5. Embed other tables')) await run(statement);
    expect(await compile(await createProject(url))).toBe('');
    const edit = (file: string) => file.replace('steam_tags(name))', 'steam_tag(name))');
    expect(await compile(await createProject(url, edit))).toContain('embed.ts');
  });

  test('reads rows as the role anon', async () => {
    const { url, run, serve } = await createSupabaseCatalogue();
    const [everybody = ''] = readSupabaseSql('3. Let the Data API read them');
    for (const statement of [everybody, ...readSupabaseSql('5. Embed other tables')]) await run(statement);
    vi.stubEnv('SUPABASE_URL', await serve('anon'));
    vi.stubEnv('SUPABASE_PUBLISHABLE_KEY', 'sb_publishable_test');
    const folder = await createProject(url);
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    for (const file of ['read-app.ts', 'embed.ts', 'read-dlc.ts']) await import(join(folder, file));
    expect(print.mock.calls).toEqual([
      ['Rainy Lighthouse', 'Tag 19, Tag 492, Tag 21'],
      ['Rainy Lighthouse', 'verified', 'Tag 19, Tag 492, Tag 21'],
      [440, 'Rainy Lighthouse'],
      [700, 'Foggy Lighthouse'],
    ]);
    print.mockRestore();
  });

  test('embeds what the page says', async () => {
    const { run, serve } = await createSupabaseCatalogue();
    for (const statement of readSupabaseSql('3. Let the Data API read them').slice(0, 1))
      await run(statement);
    const { createClient } = (await import(
      join(packages ?? '', 'node_modules/@supabase/supabase-js/dist/index.mjs')
    )) as { createClient: (url: string, key: string) => Api };
    const api = createClient(await serve('anon'), 'sb_publishable_test');
    const embedded = listEmbedded();
    for (const [table, select] of embedded) {
      const { data, error } = await api.from(table).select(select);
      expect([table, select, error]).toEqual([table, select, null]);
      expect(JSON.stringify(data)).not.toMatch(/^\[\]$|:\[\]\}|:null\}/);
    }
    expect(embedded.length).toBeGreaterThan(10);
    expect((await api.from('apps').select('app_dlc(apps(name))')).error).toBeNull();
    expect((await api.from('app_dlc').select('dlc(name)')).error).not.toBeNull();
  });

  test('follows a change', async () => {
    const { url } = await createSupabaseCatalogue();
    vi.stubEnv(
      'SUPABASE_URL',
      await startRealtime({ table: 'apps', record: { appid: 440, name: 'Renamed' } }),
    );
    vi.stubEnv('SUPABASE_PUBLISHABLE_KEY', 'sb_publishable_test');
    const folder = await createProject(url);
    const printed = Promise.withResolvers<unknown[]>();
    const print = vi.spyOn(console, 'log').mockImplementation((...line) => printed.resolve(line));
    await import(join(folder, 'follow.ts'));
    expect(await printed.promise).toEqual(['UPDATE', 440, 'Renamed']);
    print.mockRestore();
    const { catalogue } = (await import(join(folder, 'catalogue.ts'))) as {
      catalogue: { removeAllChannels(): Promise<unknown> };
    };
    await catalogue.removeAllChannels();
  });
});

/** The part of a client of supabase-js that takes any text. */
interface Api {
  from(table: string): { select(columns: string): Promise<{ data: unknown; error: unknown }> };
}

/** Each table and each embedded one of the page's table. */
function listEmbedded(): [table: string, select: string][] {
  const page = readFileSync(join(ROOT, SUPABASE_PAGE), 'utf8');
  const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, )?)+)(?:, …)? \| ((?:`\w+\(.*\)`(?:, )?)+) \|/gm)];
  const names = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  return rows.flatMap(([, tables = '', embedded = '']) =>
    names(tables).flatMap((table) => names(embedded).map((select): [string, string] => [table, select])),
  );
}
