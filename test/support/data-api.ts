import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { closeAtEndOfFile } from './cleanup.ts';

/**
 * Answers as Supabase's Data API would, from a real database and as a role without rights of its own, in place of PostgREST, which no package
 * of npm or Debian has. It knows only the part of PostgREST's language that docs/nextjs.md uses: columns, one table that is
 * joined by its `appid`, `eq`, `order` and `limit`. Anything else is an error.
 *
 * @returns its URL.
 */
export async function startDataApi(databaseUrl: string, role: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`set role ${role}`);
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { rows } = await client.query<{ rows: unknown[] }>(
        toSql(new URL(request.url ?? '', 'http://localhost')),
      );
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows[0]?.rows));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
    }
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAtEndOfFile('data API', async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all([once(server, 'close'), client.end()]);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function toSql({ pathname, searchParams }: URL): string {
  const table = /^\/rest\/v1\/([a-z_]+)$/.exec(pathname)?.[1];
  if (!table) throw new Error(`no table in ${pathname}`);
  const { select = '', order, limit, ...filters } = Object.fromEntries(searchParams);
  const [, columns = select, joined, joinedColumns] =
    /^(.*),([a-z_]+)!inner\(([a-z_,]+)\)$/.exec(select) ?? [];
  const selected = columns.split(',').map((column) => `${table}.${nameOf(column)}`);
  if (joined) {
    const fields = (joinedColumns ?? '')
      .split(',')
      .map((column) => `'${nameOf(column)}', ${joined}.${column}`);
    selected.push(`json_build_object(${fields.join(', ')}) as ${joined}`);
  }
  const conditions = Object.entries(filters).map(([column, filter]) => {
    const [, value] = /^eq\.(.*)$/.exec(filter) ?? [];
    if (value === undefined) throw new Error(`unknown filter ${filter}`);
    const name = column.split('.').map(nameOf).join('.');
    return `${name.includes('.') ? name : `${table}.${name}`} = '${value.replaceAll("'", "''")}'`;
  });
  return `select coalesce(json_agg(found), '[]') as rows from (
    select ${selected.join(', ')} from ${table} ${joined ? `join ${joined} using (appid)` : ''}
    where ${conditions.join(' and ')} ${toOrder(table, order)} ${limit ? `limit ${Number(limit)}` : ''}
  ) as found`;
}

function toOrder(table: string, order: string | undefined): string {
  if (order === undefined) return '';
  const [, column = '', direction = '', nulls = ''] =
    /^([a-z_]+)\.(asc|desc)(?:\.nulls(first|last))?$/.exec(order) ?? [];
  return `order by ${table}.${nameOf(column)} ${direction} ${nulls && `nulls ${nulls}`}`;
}

function nameOf(text: string): string {
  if (!/^[a-z_]+$/.test(text)) throw new Error(`unknown: ${text}`);
  return text;
}
