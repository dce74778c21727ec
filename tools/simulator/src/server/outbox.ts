import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { WebSocket } from 'ws';
import type { FaultOf, RequestKind } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { EMsg } from '../protocol/steam-enums.ts';
import { encodeEnvelope } from '../protocol/envelope.ts';
import { messages, type Header } from '../protocol/messages.ts';
import type { Counters } from '../counters.ts';

const compress = promisify(gzip);

/** A response to one request. Its parts are created when they are sent. */
export interface ResponseMessage {
  kind: RequestKind;
  emsg: number;
  header: Header;
  /** The requested apps. */
  appids: readonly number[];
  parts: () => Iterable<readonly Uint8Array[]>;
}

/** A frame that announces a whole message and contains half of it. */
function halfFrame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(10);
  prefix[0] = 0x82; // The final frame of a binary message …
  prefix[1] = 127; // … with its length in eight bytes.
  prefix.writeBigUInt64BE(BigInt(message.length), 2);
  return Buffer.concat([prefix, message.subarray(0, message.length >>> 1)]);
}

/** A gzip'd Multi with only this message. */
async function wrapInMulti(message: Buffer, header: Header): Promise<Buffer> {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(message.length);
  const unzipped = Buffer.concat([length, message]);
  const multi = { size_unzipped: unzipped.length, message_body: await compress(unzipped) };
  const { steamid, client_sessionid } = header;
  const multiHeader = { ...(steamid && { steamid }), ...(client_sessionid && { client_sessionid }) };
  return encodeEnvelope(EMsg.Multi, multiHeader, [messages.multi.encode(multi)]);
}

/**
 * Sends the responses of one session and applies the faults to them.
 *
 * Writes one part at a time and creates the next one when it was sent, so that a slow client costs no memory.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #stream: Duplex;
  readonly #faults: Faults;
  readonly #counters: Counters;
  readonly #latencyMs: number;
  readonly #closed = new AbortController();
  #waitingForNext: (() => void)[] = [];

  constructor(socket: WebSocket, stream: Duplex, faults: Faults, counters: Counters, latencyMs: number) {
    this.#socket = socket;
    this.#stream = stream;
    this.#faults = faults;
    this.#counters = counters;
    this.#latencyMs = latencyMs;
  }

  /** Sends one message without faults. */
  async send(emsg: number, header: Header, body: readonly Uint8Array[]): Promise<void> {
    await this.#write(encodeEnvelope(emsg, header, body));
  }

  /**
   * Sends a response, with faults applied. It contains what was true at the time of the request, even if it is late.
   *
   * @throws Error when the connection ends before the response was sent.
   */
  async deliver(response: ResponseMessage, loggedOnAt: number): Promise<void> {
    const target = { request: response.kind, appids: response.appids, loggedOnAt };
    if (this.#faults.strike('frozen', target) || this.#faults.strike('no-answer', target)) return;
    const delayMs = this.#latencyMs + (this.#faults.strike('late-answer', target)?.ms ?? 0);
    const swapped = this.#faults.strike('out-of-order', target);
    const isDoubled = this.#faults.strike('doubled-answer', target) !== undefined;
    const parts = delayMs > 0 || swapped || isDoubled ? [...response.parts()] : response.parts();
    if (delayMs > 0) await sleep(delayMs, undefined, { signal: this.#closed.signal });
    if (swapped) await this.#nextResponse(swapped.ms);
    const drop = this.#faults.strike('drop-connection', target);
    if (drop) {
      await this.#cutOff(response, parts, drop);
      return;
    }
    for (let times = isDoubled ? 2 : 1; times > 0; times -= 1) {
      for (const pieces of parts) await this.#sendPart(response, pieces);
    }
    for (const resume of this.#waitingForNext.splice(0)) resume();
  }

  /** Drops what is still waiting to be sent. */
  close(): void {
    this.#closed.abort();
  }

  async #sendPart(response: ResponseMessage, pieces: readonly Uint8Array[]): Promise<void> {
    const message = encodeEnvelope(response.emsg, response.header, pieces);
    const isZipped =
      this.#faults.strike('gzip-multi', { request: response.kind, appids: response.appids }) !== undefined;
    if (response.kind === 'product-info' || response.kind === 'metadata') this.#counters.parts += 1;
    await this.#write(isZipped ? await wrapInMulti(message, response.header) : message);
  }

  /** Sends as many parts as the fault allows, perhaps half of the next one, and cuts the connection. */
  async #cutOff(
    response: ResponseMessage,
    parts: Iterable<readonly Uint8Array[]>,
    drop: FaultOf<'drop-connection'>,
  ): Promise<void> {
    let sent = 0;
    for (const pieces of parts) {
      if (sent === drop.afterParts) {
        const cut = drop.halfFrame
          ? halfFrame(encodeEnvelope(response.emsg, response.header, pieces))
          : Buffer.alloc(0);
        await new Promise((resolve) => void this.#stream.write(cut, resolve));
        break;
      }
      await this.#sendPart(response, pieces);
      sent += 1;
    }
    this.#stream.destroy();
  }

  async #nextResponse(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waitingForNext.push(resolve);
    await Promise.race([promise, sleep(withinMs, undefined, { signal: this.#closed.signal })]);
  }

  #write(message: Buffer): Promise<void> {
    this.#counters.bytesSent += message.length;
    return new Promise((resolve, reject) => {
      this.#socket.send(message, (error) => (error ? reject(error) : resolve()));
    });
  }
}
