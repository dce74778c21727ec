import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connectDatabase } from '@pics/database';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { readAppRecords } from '../bench/input/app-records.ts';
import { openProject } from '../bench/records-to-postgres.ts';
import { closeAtEnd } from './support/cleanup.ts';
import { createTestDatabase } from './support/database.ts';
import { createTestFolder } from './support/folder.ts';
import { findJupyter } from './support/jupyter.ts';
import { runCli } from './support/run-cli.ts';

const NOTEBOOK = resolve(import.meta.dirname, '../docs/notebook.ipynb');
const runNotebook = await findJupyter();

interface Notebook {
  cells: {
    cell_type: string;
    source: string | string[];
    outputs?: { text?: string | string[]; data?: Record<string, string | string[]> }[];
  }[];
}

const textOf = (text: string | string[] | undefined) => [text ?? ''].flat().join('');

test.skipIf(!runNotebook)(
  'docs/notebook.ipynb runs on what pics export writes, as its first cell says',
  async () => {
    const { url } = await createTestDatabase();
    const database = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
    closeAtEnd('database', () => database.destroy());
    const writer = await openProject(url, (await readAppRecords(1)).records);
    await writer.run();
    await writer.close();
    await sql`update steam_tags set name = 'Tag ' || tag_id where name is null`.execute(database);

    const folder = join(createTestFolder(), 'catalogue');
    const notebook = JSON.parse(readFileSync(NOTEBOOK, 'utf8')) as Notebook;
    const first = textOf(notebook.cells[0]?.source);
    const [, args = ''] = /^pics (export .*) --out catalogue$/m.exec(first) ?? [];
    const exported = await runCli([...args.split(' '), '--out', folder], { DATABASE_URL: url });
    expect(exported).toMatchObject({ exitCode: 0, stderr: '' });

    const executed = JSON.parse((await runNotebook?.(NOTEBOOK, { PICS_EXPORT: folder })) ?? '') as Notebook;
    const outputs = executed.cells.flatMap(({ outputs = [] }) =>
      outputs.map(({ text, data }) => textOf(text ?? data?.['text/plain'])),
    );
    expect(outputs).toHaveLength(executed.cells.filter(({ cell_type }) => cell_type === 'code').length);
    const { rows } = await sql<{ apps: number; games: number }>`
    select count(*)::integer as apps, (count(*) filter (where type = 'game'))::integer as games from apps`.execute(
      database,
    );
    const [counts] = rows;
    expect(outputs[0]).toBe(
      `${counts?.apps.toLocaleString('en')} apps, of which ${counts?.games.toLocaleString('en')} are games\n`,
    );
    const { rows: best } = await sql<{ name: string }>`
    select name from app_details where type = 'game' and deck_status = 'verified'
    order by pics_review_percentage desc nulls last, appid limit 1`.execute(database);
    expect(outputs.at(-1)).toContain(best[0]?.name);
  },
);
