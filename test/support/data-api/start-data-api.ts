import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import { closeAtEnd } from '../cleanup.ts';
import { readRelationships } from './relationships.ts';
import { toSql } from './to-sql.ts';

/** What PostgREST responds with where one row was asked for and there is another number of them. */
const NOT_ONE_ROW = { code: 'PGRST116', message: 'Cannot coerce the result to a single JSON object' };

/**
 * Answers as Supabase's Data API would, from a real database and as a role without rights of its own, in place of PostgREST,
 * which no package of npm or Debian has. It knows the part of PostgREST's language that the documentation uses: columns, embedded
 * tables, `eq`, `order`, `limit` and single rows. Anything else is an error.
 *
 * @returns its URL.
 */
export async function startDataApi(databaseUrl: string, role: string): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const relationships = await readRelationships(client);
  await client.query(`set role ${role}`);
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    try {
      const query = toSql(new URL(request.url ?? '', 'http://localhost'), relationships);
      const { rows } = await client.query<{ rows: unknown[] }>(query);
      const found = rows[0]?.rows ?? [];
      if (!request.headers.accept?.includes('vnd.pgrst.object')) send(200, found);
      else if (found.length === 1) send(200, found[0]);
      else send(406, NOT_ONE_ROW);
    } catch (error) {
      send(400, { message: error instanceof Error ? error.message : String(error) });
    }
  };
  const server = createServer((request, response) => void respond(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeAtEnd('data API', async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all([once(server, 'close'), client.end()]);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
