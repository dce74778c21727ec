import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { closeAtEnd } from './cleanup.ts';

/** A TCP proxy on loopback that can swallow packets, as a NAT or a proxy that forgot a connection does, or delay them. */
export interface SilentProxy {
  /** The URL that was given, with the proxy in place of the server. */
  readonly url: string;
  /** How many connections clients have open. */
  readonly connections: number;
  /** From now on nothing passes on the connections that are open, or on those for which it returns true. New ones work. */
  silence(strikes?: () => boolean): void;
  /** New connections are accepted and then get no byte either, until `restoreNew` or `restore`. */
  silenceNew(): void;
  /** New connections work again; what is silent stays silent. */
  restoreNew(): void;
  /** Every piece of data waits this long behind the one before it; 0 for no delay. */
  slow(ms: number): void;
  /** What was silent is cut; everything new works again. */
  restore(): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy in front of the server that `url` names. It closes at the end of the test.
 *
 * A silent connection stays open at both ends: neither side gets a packet, an error or an end.
 */
export async function startSilentProxy(url: string): Promise<SilentProxy> {
  const target = new URL(url);
  const pairs = new Set<{ client: Socket; server: Socket; silent: boolean }>();
  let newOnesAreSilent = false;
  let delayMs = 0;

  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    const pair = { client, server, silent: newOnesAreSilent };
    pairs.add(pair);
    const forward = (from: Socket, to: Socket) => {
      let last = Promise.resolve();
      const pass = (act: () => void) => {
        last = last
          .then(() => (delayMs > 0 ? delay(delayMs) : undefined))
          .then(() => (pair.silent ? undefined : act())); // The other end is not to know; `restore` cuts it.
      };
      from.on('data', (chunk) => pass(() => void to.write(chunk)));
      from.on('end', () => pass(() => void to.end()));
      from.on('error', () => to.destroy());
      from.on('close', () =>
        pass(() => {
          pairs.delete(pair);
          to.destroy();
        }),
      );
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
  const close = closeAtEnd(`silent proxy of ${target.host}`, async () => {
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
    silence: (strikes = () => true) => {
      for (const pair of pairs) if (strikes()) pair.silent = true;
    },
    silenceNew: () => {
      newOnesAreSilent = true;
    },
    restoreNew: () => {
      newOnesAreSilent = false;
    },
    slow: (ms) => {
      delayMs = ms;
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
