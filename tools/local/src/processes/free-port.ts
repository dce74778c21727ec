import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * A port of loopback that nothing listens on: the preferred one when it is free, else one the system picks.
 *
 * Somebody else can take it before it is used; whoever starts a server on it must be ready to try another.
 */
export async function findFreePort(preferred?: number): Promise<number> {
  const server = createServer();
  try {
    server.listen({ port: preferred ?? 0, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (preferred === undefined) throw error;
    return await findFreePort();
  } finally {
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  }
}
