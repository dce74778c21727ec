import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { RecordWriter } from './write-records.ts';

/** The rows of one table, as COPY takes them. */
export interface TableRows {
  table: string;
  text: Buffer;
}

/** Tables that may be filled at the same time, in the order in which their foreign keys allow them to be filled. */
const STAGES = [
  ['steam_tags', 'steam_genres', 'steam_categories', 'franchises', 'developers', 'publishers'],
  ['apps'],
  [
    'app_steam_tags',
    'app_categories',
    'app_genres',
    'app_developers',
    'app_publishers',
    'app_dlc',
    'app_steam_deck',
    'app_franchises',
    'sync_status',
  ],
];

/** Which rows of a table were there from the first: names that migrations bring. */
const BROUGHT = new Set(['steam_genres', 'steam_categories']);

/** Reads all rows that writing has put into a database, in the order of their keys. */
export async function readRows(url: string): Promise<TableRows[][]> {
  const client = await connect(url);
  const stages: TableRows[][] = [];
  for (const tables of STAGES) {
    const stage: TableRows[] = [];
    for (const table of tables) {
      const written = BROUGHT.has(table) ? 'where name is null' : '';
      const stream = client.query(copyTo(`copy (select * from ${table} ${written} order by 1, 2) to stdout`));
      stage.push({ table, text: await buffer(stream) });
    }
    stages.push(stage);
  }
  await client.end();
  return stages;
}

/**
 * Puts rows into empty tables with COPY, the fastest way into Postgres that keeps foreign keys: one statement per table,
 * from text that stands ready. With several connections each table is cut in as many pieces, and the pieces of a stage are
 * taken by whoever is free, so that all are at work until the end.
 */
export async function openCopy(
  url: string,
  stages: readonly TableRows[][],
  connections: number,
): Promise<RecordWriter> {
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(url)));
  return {
    run: async () => {
      for (const stage of stages) {
        const pieces = stage.flatMap(({ table, text }) =>
          cut(text, connections).map((piece) => ({ table, piece })),
        );
        const work = async (client: Client) => {
          for (let next = pieces.shift(); next; next = pieces.shift())
            await copy(client, next.table, next.piece);
        };
        await Promise.all(clients.map(work));
      }
    },
    close: async () => void (await Promise.all(clients.map((client) => client.end()))),
  };
}

/** How many rows there are in each table, in words that can be compared. */
export async function countRows(url: string): Promise<string> {
  const client = await connect(url);
  const counts = STAGES.flat().map((table) => `(select count(*) from ${table}) as ${table}`);
  const { rows } = await client.query(`select ${counts.join(', ')}`);
  await client.end();
  return JSON.stringify(rows[0]);
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  // As the project sets it: foreign keys find their parents through indexes, also in small tables.
  await client.query('set enable_seqscan = off');
  return client;
}

async function copy(client: Client, table: string, text: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} from stdin`));
  const finished = once(stream, 'finish');
  stream.end(text);
  await finished;
}

/** Cuts text into so many pieces of about the same size, at the ends of lines. */
function cut(text: Buffer, pieces: number): Buffer[] {
  const ends = Array.from({ length: pieces }, (_, index) => {
    const wanted = Math.floor((text.length * (index + 1)) / pieces);
    return index === pieces - 1 ? text.length : text.indexOf('\n', wanted) + 1;
  });
  return ends
    .map((end, index) => text.subarray(ends[index - 1] ?? 0, end))
    .filter((piece) => piece.length > 0);
}
