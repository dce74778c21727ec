import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { closeAtEndOfFile } from './cleanup.ts';

/** A TCP proxy on loopback that can swallow packets, as a NAT or a proxy that forgot a connection does. */
export interface SilentProxy {
  /** The URL that was given, with the proxy in place of the server. */
  readonly url: string;
  /** How many connections clients have open. */
  readonly connections: number;
  /** From now on nothing passes on the connections that are open. New ones work. */
  silence(): void;
  /** New connections are accepted and then get no byte either, until `restore`. */
  silenceNew(): void;
  /** What was silent is cut; everything new works again. */
  restore(): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy in front of the server that `url` names. It closes at the end of the test file.
 *
 * A silent connection stays open at both ends: neither side gets a packet, an error or an end.
 */
export async function startSilentProxy(url: string): Promise<SilentProxy> {
  const target = new URL(url);
  const pairs = new Set<{ client: Socket; server: Socket; silent: boolean }>();
  let newOnesAreSilent = false;

  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    const pair = { client, server, silent: newOnesAreSilent };
    pairs.add(pair);
    const forward = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => void (!pair.silent && to.write(chunk)));
      from.on('end', () => void (!pair.silent && to.end()));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        if (pair.silent) return; // The other end is not to know; `restore` cuts it.
        pairs.delete(pair);
        to.destroy();
      });
    };
    forward(client, server);
    forward(server, client);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const cut = () => {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
    pairs.clear();
  };
  const close = closeAtEndOfFile(`silent proxy of ${target.host}`, async () => {
    cut();
    listener.close();
    await once(listener, 'close');
  });
  const proxied = new URL(url);
  proxied.hostname = '127.0.0.1';
  proxied.port = String((listener.address() as AddressInfo).port);

  return {
    url: proxied.toString(),
    get connections() {
      return [...pairs].filter(({ client }) => !client.destroyed).length;
    },
    silence: () => {
      for (const pair of pairs) pair.silent = true;
    },
    silenceNew: () => {
      newOnesAreSilent = true;
    },
    restore: () => {
      newOnesAreSilent = false;
      for (const pair of [...pairs].filter(({ silent }) => silent)) {
        pair.client.destroy();
        pair.server.destroy();
        pairs.delete(pair);
      }
    },
    close,
  };
}
