// oxlint-disable no-underscore-dangle -- steam-user marks by it what is not for everybody; see steam-user.d.ts
import { SteamUser } from './lean-steam-user.ts';
import { EncodedMessage } from './lazy-protobufs.ts';
import { EMsg } from '../wire/emsg.ts';
import { MalformedMessage } from '../wire/malformed-message.ts';
import { readNetMessage, type NetMessage } from '../wire/net-message.ts';
import { unpackMulti } from '../wire/unpack-multi.ts';
import { MAX_MESSAGE_BYTES, type CmSocket } from './cm-socket.ts';
import type { SteamLogger } from './logger.ts';

/** What steam-user's heartbeat falls back to when a logon answer names no interval: it would send one per millisecond. */
const HEARTBEAT_SECONDS = 9;

/** Steam does not nest Multis. Some depth is allowed; a message that unzips to itself must not be unzipped for ever. */
const MAX_MULTI_DEPTH = 3;

/** EResult of what went well. */
const OK = 1;

/** Why a session is over. */
export interface SessionEnd {
  reason: string;
  /** Steam's EResult, when Steam gave one. */
  eresult: number | undefined;
}

/** How a logon ended, as one word: Steam's own for its EResult, `Unreachable` when Steam said nothing. */
export function nameLogonResult(eresult: number | undefined): string {
  if (eresult === undefined) return 'Unreachable';
  return SteamUser.EResult[eresult] ?? `EResult${eresult}`;
}

/** What a session tells its owner. After `onEnd` nothing more comes. */
export interface SessionListener {
  onLoggedOn: () => void;
  /** One message that answers a PICS request; its body is a view of the message. */
  onAnswer: (jobId: number, body: Buffer) => void;
  /** Steam says, by an EResult, that it will not answer this request. */
  onRefusal: (jobId: number, eresult: number) => void;
  onEnd: (end: SessionEnd) => void;
}

/**
 * One anonymous session on one connection: logs on by being made, and lives until the connection or Steam ends it.
 *
 * Logon, heartbeat, session id and all messages but a few are steam-user's. Its retries are not: whatever it would retry
 * by itself, or emit as an `error` that ends the process, ends this session instead, once, through `onEnd`. PICS answers
 * never reach its decoder, which would copy and decode them several times over; nor do Multis, for they may hold some.
 *
 * What this needs of steam-user's own members is declared in steam-user.d.ts and watched by a test.
 */
export class SteamSession extends SteamUser {
  readonly #socket: CmSocket;
  readonly #listener: SessionListener;
  readonly #log: SteamLogger;
  #logonResult: number | undefined;
  #over = false;

  constructor(socket: CmSocket, listener: SessionListener, log: SteamLogger) {
    super({ dataDirectory: null, autoRelogin: false });
    this.#socket = socket;
    this.#listener = listener;
    this.#log = log;
    socket.onMessage = (message) => this.#receive(message, 0);
    socket.onClose = (reason) => this.end(reason);
    this.on('error', (error: Error & { eresult?: number }) => this.end(error.message, error.eresult));
    // Without a listener steam-user asks for a code on stdin.
    this.on('steamGuard', () => this.end('Steam asks an anonymous logon for a Steam Guard code'));
    this.on('loggedOn', () => listener.onLoggedOn());
    this.logOn({ anonymous: true });
  }

  /**
   * Sends a PICS request, as the fields of its message or as the bytes it is encoded to; its answers come to `onAnswer`
   * under the same job id.
   */
  askPics(emsg: number, body: object | Buffer, jobId: number): void {
    const message = Buffer.isBuffer(body) ? new EncodedMessage(body) : body;
    this._send({ msg: emsg, proto: { jobid_source: jobId } }, message);
  }

  /** Calls a method of a Steam service, e.g. `Store.GetLocalizedNameForTags#1`; `onAnswer` gets the decoded answer and its EResult. */
  callService(
    method: string,
    body: object,
    onAnswer: (body: Record<string, unknown>, eresult: number) => void,
  ): void {
    this._sendUnified(method, body, (answer, { proto }) => onAnswer(answer, proto?.eresult ?? OK));
  }

  /** Logs off and closes; resolves when the connection is gone, after a second at the latest. */
  async leave(): Promise<void> {
    if (this.steamID) this._send({ msg: EMsg.ClientLogOff }, {});
    await this.#socket.close();
    this.end('logged off');
  }

  /** Cuts the connection and reports the end. Ending a session that is over does nothing. */
  end(reason: string, eresult: number | undefined = this.#logonResult): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this._logonMsgTimeout);
    this._disconnect(true);
    this.#socket.end();
    this.#listener.onEnd({ reason, eresult });
  }

  #receive(message: Buffer, depth: number): void {
    if (this.#over) return;
    try {
      const answer = readNetMessage(message);
      if (!answer || !this.#take(answer, depth)) this._handleNetMessage(message, this.#socket);
    } catch (error) {
      // What cannot be read is no reason to lose the session: a request it would have answered times out.
      this.#log.warn({ err: error, bytes: message.length }, 'dropped a message of Steam');
    }
  }

  /** Takes what is not for steam-user; false when it is. */
  #take({ emsg, jobId, eresult, body }: NetMessage, depth: number): boolean {
    switch (emsg) {
      case EMsg.Multi:
        if (depth === MAX_MULTI_DEPTH) throw new MalformedMessage('Multis nested too deep');
        for (const message of unpackMulti(body, MAX_MESSAGE_BYTES)) this.#receive(message, depth + 1);
        return true;
      case EMsg.ClientPICSProductInfoResponse:
      case EMsg.ClientPICSChangesSinceResponse:
        if (eresult === OK) this.#listener.onAnswer(jobId, body);
        else this.#listener.onRefusal(jobId, eresult);
        return true;
      case EMsg.DestJobFailed:
        this.#listener.onRefusal(jobId, eresult);
        return true;
      default:
        return false;
    }
  }

  /** steam-user's moment to choose a server and connect: the connection is there already. */
  protected override async _doConnection(): Promise<void> {
    if (this.#over) return;
    this._connection = this.#socket;
    await this._sendLogOn();
  }

  protected override async _handleLogOnResponse(
    body: Parameters<SteamUser['_handleLogOnResponse']>[0],
  ): Promise<void> {
    if (body.eresult !== OK) this.#logonResult = body.eresult;
    if (!(body.heartbeat_seconds > 0)) body.heartbeat_seconds = HEARTBEAT_SECONDS;
    try {
      await super._handleLogOnResponse(body);
    } catch (error) {
      this.end(`the answer to the logon cannot be used: ${String(error)}`);
    }
  }

  /** Called where steam-user would try again by itself: TryAnotherCM and its like, or no answer to the logon. */
  protected override _enqueueLogonAttempt(): void {
    const name = this.#logonResult !== undefined && SteamUser.EResult[this.#logonResult];
    this.end(name || 'no answer to the logon');
  }
}
