import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { WebSocketServer } from 'ws';
import type { EResultName } from '../protocol/steam-enums.ts';
import { Session, type SessionContext } from './session.ts';

const compress = promisify(gzip);

/** The path of the WebSocket with a slash at the end, as on Steam's CMs. */
const SOCKET_PATH = '/cmsocket/';

/** The longest message of a client: 20,000 ids with their tokens encode to 400 kB. */
const MAX_MESSAGE_BYTES = 1 << 19;

const BODY_URL = /^\/appinfo\/(\d{1,10})\/sha\/([0-9a-f]{40})\.txt\.gz$/;

/**
 * The server for clients: WebSocket sessions at `/cmsocket/`, bodies over HTTP at `/appinfo/{appid}/sha/{sha}.txt.gz`,
 * and `/cmping/`, all over TLS on one port.
 */
export class CmServer {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  readonly #sessions = new Set<Session>();
  /** Every TCP connection, including those in a TLS handshake. */
  readonly #connections = new Set<Duplex>();
  readonly #context: SessionContext;

  /** @param server already listening, because responses contain its port. */
  constructor(server: Server, context: SessionContext) {
    this.#server = server;
    this.#context = context;
    server.on('connection', (connection) => {
      this.#connections.add(connection);
      connection.on('close', () => this.#connections.delete(connection));
    });
    server.on('request', (request, response) => {
      this.#serveHttp(request, response).catch(() => response.destroy());
    });
    server.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
  }

  /** The connected sessions. */
  get sessions(): readonly Session[] {
    return [...this.#sessions];
  }

  /** Cuts every connection, or logs every client off with a result. */
  disconnectAll(result?: EResultName): void {
    for (const session of this.#sessions) session.end(result);
  }

  /** Ends every connection in any state. */
  async close(): Promise<void> {
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
    await once(this.#server, 'close');
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { faults, counters } = this.#context;
    stream.on('error', () => stream.destroy());
    counters.connections += 1;
    if (faults.strike('refuse-connections')) {
      stream.destroy();
      return;
    }
    if (request.url !== SOCKET_PATH) {
      counters.countRefusal('wrong-path');
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, stream, head, (socket) => {
      const session = new Session(counters.connections, socket, stream, this.#context);
      this.#sessions.add(session);
      socket.on('close', () => this.#sessions.delete(session));
    });
  }

  async #serveHttp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, counters } = this.#context;
    const [, id, sha] = BODY_URL.exec(request.url ?? '') ?? [];
    if (request.url === '/cmping/') {
      response.writeHead(200, { 'X-Steam-CMLoad': String(this.#sessions.size) }).end();
    } else if (id === undefined || sha === undefined) {
      counters.countRefusal('wrong-path');
      response.writeHead(404).end();
    } else if (faults.strike('refuse-http', { appids: [Number(id)] })) {
      response.writeHead(503).end();
    } else {
      const text = this.#findText(Number(id), sha);
      if (!text) {
        response.writeHead(404).end();
        return;
      }
      counters.bodiesOverHttp += 1;
      response.writeHead(200, { 'Content-Type': 'application/gzip' }).end(await compress(text));
    }
  }

  /** The text with this SHA-1 without its trailing NUL: the current version or the previous one, complete or in part. */
  #findText(appid: number, sha: string): Buffer | undefined {
    const { pics } = this.#context.productInfo;
    const [now, previous] = [pics.findApp(appid), pics.findPreviousApp(appid)];
    for (const version of [now, now?.complete, previous, previous?.complete]) {
      const known = version?.readDigest().sha;
      if (!version || !known || Buffer.from(known).toString('hex') !== sha) continue;
      return version.readBuffer().subarray(0, -1);
    }
    return undefined;
  }
}
