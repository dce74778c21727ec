import { once } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

/** Time for DNS, TCP, TLS and the WebSocket upgrade together. A healthy CM takes well under a second. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How long a server may take to complete a closing handshake before the connection is cut. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A connection without a byte for a whole interval, not even a pong, is dead; so it is noticed within 15 s. */
const PING_INTERVAL_MS = 7_500;

/** The largest message: four bodies of the maximum size, or a batch of 10,000 ordinary ones. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

let opened = 0;

/**
 * A WebSocket to a CM over TLS, in the shape steam-user expects of a connection.
 *
 * It replaces steam-user's own, whose WebSocket library copies all pending bytes, one by one, for each chunk that
 * arrives: ten times the cost of everything else at 200 apps a message.
 */
export class CmSocket {
  readonly connectionType = 'WS';
  readonly connectionId = ++opened;
  readonly server: string;
  /** The IP address of the server; undefined until the connection is open. */
  address: string | undefined;
  onMessage: (message: Buffer) => void = () => {};
  /** Called once, when the connection is closed, for whatever reason. */
  onClose: (reason: string) => void = () => {};
  readonly #socket: WebSocket;
  #stream: Socket | undefined;
  #bytesAtPing = -1;

  private constructor(server: string, socket: WebSocket) {
    this.server = server;
    this.#socket = socket;
    let error: Error | undefined;
    let pings: NodeJS.Timeout | undefined;
    socket.on('upgrade', (response) => {
      this.#stream = response.socket;
      this.address = response.socket.remoteAddress;
    });
    socket.on('open', () => {
      pings = setInterval(() => {
        // After a pause of this process, the bytes that came meanwhile are read before the next `setImmediate`.
        setImmediate(() => {
          if (this.#ping()) return;
          error = new Error(`no byte in ${PING_INTERVAL_MS / 1_000} s, not even a pong`);
          socket.terminate();
        });
      }, PING_INTERVAL_MS);
    });
    socket.on('message', (message: Buffer, isBinary) => {
      if (isBinary) {
        this.onMessage(message);
      } else {
        error = new Error('the server sent text, which Steam never does');
        socket.terminate();
      }
    });
    socket.on('error', (cause) => {
      error = cause;
    });
    socket.on('close', (code, reason) => {
      clearInterval(pings);
      const why = reason.length > 0 ? `${code} ${reason.toString()}` : code;
      this.onClose(error?.message ?? `the connection was closed (${why})`);
    });
  }

  /**
   * Resolves when the WebSocket is open.
   *
   * @param server host:port
   * @param options.ca certificates to trust in place of Node's own
   * @throws the reason when it cannot be opened in time, or `signal` fires first.
   */
  static async open(
    server: string,
    { ca, signal }: { ca: string | undefined; signal: AbortSignal },
  ): Promise<CmSocket> {
    const socket = new WebSocket(`wss://${server}/cmsocket/`, {
      ...(ca !== undefined && { ca }),
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    });
    const connection = new CmSocket(server, socket);
    const timeout = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    try {
      await once(socket, 'open', { signal: AbortSignal.any([signal, timeout]) });
      signal.throwIfAborted();
    } catch (error) {
      connection.end();
      throw timeout.aborted ? new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`) : error;
    }
    return connection;
  }

  /** Sends the message, or drops it when the connection is closing: `onClose` reports that. */
  send(message: Buffer): void {
    this.#socket.send(message, () => {});
  }

  /** Cuts the connection. */
  end(): void {
    this.#socket.terminate();
  }

  /** Resolves when everything is sent and both sides have closed, or the server did not close in time. */
  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close();
    const cut = setTimeout(() => this.#socket.terminate(), CLOSE_TIMEOUT_MS);
    await closed;
    clearTimeout(cut);
  }

  /** Sends a ping; false when nothing came since the last one. */
  #ping(): boolean {
    const bytes = this.#stream?.bytesRead ?? 0;
    if (bytes === this.#bytesAtPing) return false;
    this.#bytesAtPing = bytes;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
    return true;
  }
}
