import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '@pics/core';
import { CATALOGUE_TABLES, readSnapshot, type CatalogueTable, type TableRows } from '@pics/database';
import { formatCount } from '@pics/operations';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { encodeCsv } from '../export/encode-csv.ts';
import { encodeParquet } from '../export/encode-parquet.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

const ENCODERS = { csv: encodeCsv, parquet: encodeParquet };
type Format = keyof typeof ENCODERS;

/** Compressed texts, which are most of the bytes and of no use in a file; exported only when named. */
const TEXTS = new Set<CatalogueTable>(['app_documents', 'app_versions']);

interface Options extends CommonOptions {
  table?: CatalogueTable[];
  all?: true;
  format?: Format;
  out?: string;
}

export const exportCommand = defineCommand('export', 'Write tables to CSV or Parquet files', [
  ['export --table apps > apps.csv', 'one table as CSV'],
  ['export --table apps --out apps.parquet', 'as Parquet, with types'],
  ['export --table apps,app_steam_tags,steam_tags --out catalogue', 'several of one moment, a file each'],
  ['export --all --format parquet --out catalogue', 'every table and view of the catalogue'],
])
  .usage('--table <names> | --all [--format csv|parquet] [--out <path>]')
  .option('--table <names>', 'the tables or views, separated by commas', parseTables)
  .option('--all', 'every table and view of the catalogue but app_documents and app_versions')
  .addOption(
    new Option('--format <format>', 'default: what the name of the file says, else csv').choices(
      Object.keys(ENCODERS),
    ),
  )
  .option('--out <path>', 'the file, or the folder for several tables; default: stdout')
  .action(async ({ table, all, out, json, ...options }: Options, command: Command) => {
    if ((table === undefined) === (all === undefined)) {
      command.error(`error: choose --all, or one or more of: --table ${CATALOGUE_TABLES.join(',')}`);
    }
    const tables = table ?? CATALOGUE_TABLES.filter((name) => !TEXTS.has(name));
    const format = options.format ?? (out && extname(out) === '.parquet' ? 'parquet' : 'csv');
    if (out !== undefined) {
      const files = await writeFiles(tables, format, out);
      if (json) printJson(files);
      else
        print(files.map(({ file, rows }) => `${file}: ${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'}`));
      return;
    }
    const [only, second] = tables;
    if (only === undefined || second !== undefined)
      command.error('error: several tables need --out <folder>');
    if (json) command.error('error: --json needs --out <path>, because stdout has the rows');
    if (format === 'parquet' && process.stdout.isTTY) {
      throw new UserError(
        'Parquet is no text for a terminal: name a file with --out, or redirect the output.',
      );
    }
    await printTable(only, format);
  });

/** Parses names of tables: "apps,steam_tags". */
function parseTables(text: string): CatalogueTable[] {
  const names = new Set(text.split(',').map((name) => name.trim()));
  return [...names].map((name) => {
    const table = CATALOGUE_TABLES.find((known) => known === name);
    if (table === undefined) {
      throw new InvalidArgumentError(`"${name}" is none of ${CATALOGUE_TABLES.join(', ')}.`);
    }
    return table;
  });
}

interface WrittenFile {
  table: CatalogueTable;
  file: string;
  rows: number;
}

/** Writes each table to its file. A file gets its name when it is complete. */
async function writeFiles(
  tables: readonly CatalogueTable[],
  format: Format,
  out: string,
): Promise<WrittenFile[]> {
  const isFolder = tables.length > 1 || out.endsWith('/') || (await isExistingFolder(out));
  try {
    if (isFolder) await mkdir(out, { recursive: true });
    return await useDatabase((database) =>
      readSnapshot(database, async (readTable) => {
        const files: WrittenFile[] = [];
        for (const table of tables) {
          const file = isFolder ? join(out, `${table}.${format}`) : out;
          const unfinished = `${file}.unfinished`;
          try {
            const rows = await encode(await readTable(table), format, createWriteStream(unfinished));
            await rename(unfinished, file);
            files.push({ table, file, rows });
          } finally {
            await rm(unfinished, { force: true });
          }
        }
        return files;
      }),
    );
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause && 'path' in cause) {
      throw new UserError(`The files cannot be written: ${cause.message}.`, { cause });
    }
    throw cause;
  }
}

async function isExistingFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

async function printTable(table: CatalogueTable, format: Format): Promise<void> {
  try {
    const rows = await useDatabase((database) =>
      readSnapshot(database, async (readTable) => encode(await readTable(table), format, process.stdout)),
    );
    if (!process.stdout.isTTY) printNote(`${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} of ${table}.`);
  } catch (error) {
    // A reader that has seen enough (`pics export --table apps | head`) is no failure.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}

/** Writes the rows, as fast as the output takes them; resolves with how many there were. */
async function encode({ columns, chunks }: TableRows, format: Format, output: Writable): Promise<number> {
  let rows = 0;
  async function* count() {
    for await (const chunk of chunks) {
      rows += chunk.length;
      yield chunk;
    }
  }
  const isStdout = output === process.stdout;
  await pipeline(ENCODERS[format]({ columns, chunks: count() }), output, { end: !isStdout });
  return rows;
}
