import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Time for DNS, TCP, TLS and the WebSocket upgrade together. A healthy CM takes well under a second. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How long a server may take to complete a closing handshake before the connection is cut. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A connection without a byte for a whole interval, not even a pong, is dead. */
const PING_INTERVAL_MS = 30_000;

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
  #alive = true;

  private constructor(server: string, socket: WebSocket) {
    this.server = server;
    this.#socket = socket;
    let error: Error | undefined;
    let pings: NodeJS.Timeout | undefined;
    socket.on('upgrade', (response) => {
      this.address = response.socket.remoteAddress;
    });
    socket.on('open', () => {
      pings = setInterval(() => this.#ping(), PING_INTERVAL_MS);
    });
    socket.on('message', (message: Buffer, isBinary) => {
      this.#alive = true;
      if (isBinary) {
        this.onMessage(message);
      } else {
        error = new Error('the server sent text, which Steam never does');
        socket.terminate();
      }
    });
    socket.on('pong', () => {
      this.#alive = true;
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

  #ping(): void {
    if (!this.#alive) {
      this.#socket.terminate();
      return;
    }
    this.#alive = false;
    this.#socket.ping();
  }
}
