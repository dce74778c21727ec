import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** The rows of one table in the text format of COPY. */
export interface TableRows {
  table: string;
  text: Buffer;
}

/** Tables in the order that foreign keys require; the tables of one stage are filled at the same time. */
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
    'pics_app_ledger',
  ],
];

/** Tables in which the migrations insert names. */
const SEEDED = new Set(['steam_genres', 'steam_categories']);

/** Reads all rows that were written to a database, in the order of their keys. */
export async function readRows(url: string): Promise<TableRows[][]> {
  const client = await connect(url);
  const stages: TableRows[][] = [];
  for (const tables of STAGES) {
    const stage: TableRows[] = [];
    for (const table of tables) {
      const condition = SEEDED.has(table) ? 'where name is null' : '';
      const stream = client.query(
        copyTo(`copy (select * from ${table} ${condition} order by 1, 2) to stdout`),
      );
      stage.push({ table, text: await buffer(stream) });
    }
    stages.push(stage);
  }
  await client.end();
  return stages;
}

/** Writes once, when it is connected and ready. */
export interface RecordWriter {
  run: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Connects the limit: COPY into empty tables from prepared text, the fastest way into Postgres that keeps foreign keys.
 * With several connections each table is cut into as many pieces, which any idle connection takes.
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
        const remaining = pieces.values();
        const copyPieces = async (client: Client) => {
          for (const { table, piece } of remaining) await copy(client, table, piece);
        };
        await Promise.all(clients.map(copyPieces));
      }
    },
    close: async () => void (await Promise.all(clients.map((client) => client.end()))),
  };
}

/** Counts the rows of each table and returns the counts as comparable text. */
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
  // As the project does: foreign key checks then use the index even on small tables.
  await client.query('set enable_seqscan = off');
  return client;
}

async function copy(client: Client, table: string, text: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} from stdin`));
  const finished = once(stream, 'finish');
  stream.end(text);
  await finished;
}

/** Cuts text at line ends into this many pieces of about the same size. */
function cut(text: Buffer, pieces: number): Buffer[] {
  const ends = Array.from({ length: pieces }, (_, index) => {
    const target = Math.floor((text.length * (index + 1)) / pieces);
    return index === pieces - 1 ? text.length : text.indexOf('\n', target) + 1;
  });
  return ends
    .map((end, index) => text.subarray(ends[index - 1] ?? 0, end))
    .filter((piece) => piece.length > 0);
}
