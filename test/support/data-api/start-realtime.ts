import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { closeAtEnd } from '../cleanup.ts';

/** Phoenix' serializer 2.0.0: the number of the join, of the message, the topic, the event and its payload. */
const message = z.tuple([z.string().nullable(), z.string().nullable(), z.string(), z.string(), z.unknown()]);

const join = z.object({
  config: z.object({ postgres_changes: z.array(z.object({ table: z.string() }).loose()) }),
});

/**
 * Stands in for Supabase's Realtime, which runs on Elixir: a client that joins and asks for changes of a table gets this one
 * change of a row of it.
 *
 * @returns the URL that it has as that of a project.
 */
export async function startRealtime(change: {
  table: string;
  record: Record<string, string | number>;
}): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/realtime/v1/websocket' });
  server.on('connection', (socket) =>
    socket.on('message', (text: Buffer) => {
      const [joinRef, ref, topic, event, payload] = message.parse(JSON.parse(text.toString()));
      const send = (...sent: unknown[]) => socket.send(JSON.stringify(sent));
      if (event !== 'phx_join') {
        send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: {} });
        return;
      }
      const filters = join.parse(payload).config.postgres_changes.map((filter, index) => ({
        id: index + 1,
        ...filter,
      }));
      send(joinRef, ref, topic, 'phx_reply', { status: 'ok', response: { postgres_changes: filters } });
      const ids = filters.flatMap(({ id, table }) => (table === change.table ? id : []));
      const columns = Object.entries(change.record).map(([name, value]) => ({
        name,
        type: typeof value === 'number' ? 'int4' : 'text',
      }));
      const data = {
        schema: 'public',
        type: 'UPDATE',
        commit_timestamp: '',
        errors: null,
        columns,
        ...change,
      };
      send(null, null, topic, 'postgres_changes', { ids, data });
    }),
  );
  await once(server, 'listening');
  closeAtEnd('realtime', async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
