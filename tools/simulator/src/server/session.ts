import type { Duplex } from 'node:stream';
import { debuglog } from 'node:util';
import type { RawData, WebSocket } from 'ws';
import { EMsg, EResult, type EResultName } from '../protocol/steam-enums.ts';
import { decodeEnvelope, NO_JOB, type Envelope } from '../protocol/envelope.ts';
import { messages, type Header, type MessageOf } from '../protocol/messages.ts';
import { respond, type RequestContext } from './respond.ts';
import type { LogonGate } from './logon-gate.ts';
import { Outbox, type ResponseMessage } from './outbox.ts';
import { Refusal } from './refusal.ts';

const log = debuglog('simulator');

/** The protocol version of clients of 2026; older ones are rejected. */
const OLDEST_PROTOCOL_VERSION = 65_580;

/** Universe 1 (public), account type 10 (anonymous user), instance 1; the account follows in the low 32 bits. */
const ANONYMOUS_STEAMID = (1n << 56n) | (10n << 52n) | (1n << 32n);

/** 127.0.0.1, where every client of this server is. */
const LOOPBACK = 0x7f_00_00_01;

export interface SessionContext extends Omit<RequestContext, 'session' | 'identity'> {
  gate: LogonGate;
  heartbeatSeconds: number;
  /** How long a client may stay connected without a logon. */
  logonDeadlineMs: number;
  latencyMs: number;
}

/**
 * The connection of one client from the first message to the last: logon, heartbeats, requests, logoff.
 *
 * Enforces the protocol: a violation is counted and ends the connection, with close code 1008 and the reason, as on a real
 * CM.
 */
export class Session {
  readonly number: number;
  readonly #socket: WebSocket;
  readonly #context: SessionContext;
  readonly #outbox: Outbox;
  /** The client's ids, in the header of every message after the logon. */
  #identity: Header = {};
  #loggedOnAt = Infinity;
  #deadline: NodeJS.Timeout;

  constructor(number: number, socket: WebSocket, stream: Duplex, context: SessionContext) {
    this.number = number;
    this.#socket = socket;
    this.#context = context;
    this.#outbox = new Outbox(socket, stream, context.faults, context.counters, context.latencyMs);
    this.#deadline = setTimeout(
      () => this.#refuse(new Refusal('no-logon', 'no logon in time')),
      context.logonDeadlineMs,
    );
    socket.on('message', (message, isBinary) => this.#receive(message, isBinary));
    socket.on('error', ({ code }: Error & { code?: string }) => {
      if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') context.counters.countRefusal('oversize-frame');
      else if (code?.startsWith('WS_ERR_')) context.counters.countRefusal('malformed-frame');
    });
    socket.on('close', (code) => {
      log('session %d: closed with %d', number, code);
      clearTimeout(this.#deadline);
      this.#outbox.close();
    });
  }

  get isLoggedOn(): boolean {
    return this.#loggedOnAt !== Infinity;
  }

  /** Ends the connection: silently, or after a message with the reason for the logoff. */
  end(result?: EResultName): void {
    if (result && this.isLoggedOn) this.#logOff(result);
    else this.#socket.terminate();
  }

  #receive(message: RawData, isBinary: boolean): void {
    // Messages of a rejected client are ignored.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    try {
      if (!isBinary || !Buffer.isBuffer(message)) throw new Refusal('text-frame', 'messages are binary');
      this.#dispatch(decodeEnvelope(message));
    } catch (error) {
      this.#refuse(error instanceof Refusal ? error : new Refusal('malformed-message', String(error)));
    }
  }

  #dispatch(envelope: Envelope): void {
    const { emsg, header, body } = envelope;
    const { counters } = this.#context;
    if (emsg === EMsg.ClientHello) {
      if (isCurrent(messages.hello.decode(body))) return;
      throw new Refusal('wrong-protocol-version', 'a protocol version that is no longer supported');
    }
    if (emsg === EMsg.ClientLogon) {
      this.#logOn(envelope);
      return;
    }
    if (!this.isLoggedOn) throw new Refusal('not-logged-on', `message ${emsg} before the logon`);
    if (
      header.steamid !== this.#identity.steamid ||
      header.client_sessionid !== this.#identity.client_sessionid
    ) {
      throw new Refusal('wrong-session', `message ${emsg} with a different steamid or session id`);
    }
    if (emsg === EMsg.ClientHeartBeat) {
      counters.heartbeats += 1;
      this.#expectHeartbeat();
      const wantsReply = messages.heartBeat.decode(body).send_reply;
      if (wantsReply) this.#settle(this.#outbox.send(EMsg.ClientHeartBeat, this.#identity, []));
    } else if (emsg === EMsg.ClientLogOff) {
      counters.logoffs += 1;
      this.#logOff('OK');
    } else {
      const response = respond(envelope, {
        ...this.#context,
        session: this.number,
        identity: this.#identity,
      });
      if (response) this.#settle(this.#outbox.deliver(response, this.#loggedOnAt));
    }
  }

  #logOn({ header, body: request }: Envelope): void {
    const { counters, heartbeatSeconds } = this.#context;
    counters.logRequest('logon', this.number, 0);
    if (this.isLoggedOn) throw new Refusal('already-logged-on', 'a second logon on the same session');
    const result = this.#assessLogon(header, messages.logon.decode(request));
    counters.countLogon(result);
    log('session %d: logon, %s', this.number, result);
    if (result === 'OK') {
      this.#identity = {
        steamid: String(ANONYMOUS_STEAMID | BigInt(this.number)),
        client_sessionid: this.number,
      };
      this.#loggedOnAt = Date.now();
      this.#expectHeartbeat();
    }
    const body = messages.logonResponse.encode({
      eresult: EResult[result],
      legacy_out_of_game_heartbeat_seconds: heartbeatSeconds,
      heartbeat_seconds: heartbeatSeconds,
      rtime32_server_time: Math.floor(Date.now() / 1_000),
      cell_id: 1,
      public_ip: { v4: LOOPBACK },
      ip_country_code: 'US',
      ...(this.#identity.steamid && { client_supplied_steamid: this.#identity.steamid }),
    });
    const response: ResponseMessage = {
      kind: 'logon',
      emsg: EMsg.ClientLogOnResponse,
      header: { ...this.#identity, jobid_target: header.jobid_source ?? NO_JOB },
      appids: [],
      parts: () => [[body]],
    };
    this.#settle(this.#outbox.deliver(response, Infinity), result !== 'OK');
  }

  #assessLogon(header: Header, request: MessageOf<typeof messages.logon>): EResultName {
    const { counters, gate } = this.#context;
    if (!isCurrent(request)) {
      counters.countRefusal('wrong-protocol-version');
      return 'InvalidProtocolVer';
    }
    if (
      accountType(header.steamid) !== accountType(ANONYMOUS_STEAMID) ||
      request.account_name ||
      request.access_token
    ) {
      counters.countRefusal('not-anonymous');
      return 'InvalidPassword';
    }
    return gate.admit();
  }

  /** Waits for twice the interval, because the timer of a client may be late. */
  #expectHeartbeat(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(
      () => this.#refuse(new Refusal('no-heartbeat', 'no heartbeat in time')),
      this.#context.heartbeatSeconds * 2_000,
    );
  }

  #logOff(result: EResultName): void {
    const loggedOff = messages.loggedOff.encode({ eresult: EResult[result] });
    this.#settle(this.#outbox.send(EMsg.ClientLoggedOff, this.#identity, [loggedOff]), true);
  }

  /** A response that cannot be sent because the client has disconnected is not an error. */
  #settle(sending: Promise<void>, isLast = false): void {
    sending
      .then(() => isLast && this.#socket.close(1000))
      .catch((error: unknown) => log('session %d: %s', this.number, error));
  }

  #refuse({ reason, message }: Refusal): void {
    this.#context.counters.countRefusal(reason);
    log('session %d: refused, %s (%s)', this.number, reason, message);
    clearTimeout(this.#deadline);
    this.#socket.close(1008, reason);
  }
}

function isCurrent({ protocol_version = 0 }: { protocol_version?: number }): boolean {
  return protocol_version >= OLDEST_PROTOCOL_VERSION;
}

function accountType(steamid: string | bigint = 0n): bigint {
  return (BigInt(steamid) >> 52n) & 0xfn;
}
