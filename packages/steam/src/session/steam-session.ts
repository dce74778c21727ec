// oxlint-disable no-underscore-dangle -- steam-user marks its internals by it; see steam-user.d.ts
import { EMsg, readNetMessage, type NetMessage } from '../wire/net-message.ts';
import { MalformedMessage } from '../wire/protobuf-reader.ts';
import { unpackMulti } from '../wire/unpack-multi.ts';
import type { Clock } from './clock.ts';
import type { CmSocket } from './cm-socket.ts';
import { SteamUser } from './load-steam-user.ts';
import { TrafficBudget } from './traffic-budget.ts';

/** For a logon response without an interval, with which steam-user would send one heartbeat per millisecond. */
const HEARTBEAT_SECONDS = 9;

/** More would be too long for a timer, which then fires every millisecond as well. */
const MAX_HEARTBEAT_SECONDS = 3_600;

/**
 * What steam-user decodes makes objects: 2 bytes can become 100. The largest such message is the names of all tags, 20 kB.
 */
const MAX_DECODED_BYTES = 256 * 1024;

/** Steam does not nest Multis. A limit keeps a message that unzips to itself from being unzipped without end. */
const MAX_MULTI_DEPTH = 3;

/** EResult of success. */
const OK = 1;

type Log = (fields: object, message: string) => void;

/** The log of the client, such as a pino logger. */
export interface SteamLogger {
  info: Log;
  warn: Log;
  debug: Log;
}

type LogOnResponse = Parameters<InstanceType<typeof SteamUser>['_handleLogOnResponse']>[0];

/** Why a session is over. */
export interface SessionEnd {
  reason: string;
  /** Steam's EResult, when Steam gave one. */
  eresult: number | undefined;
  /** The server is at fault: it sent what cannot be read, too much, or what cannot be true. */
  isFaulty: boolean;
}

/** How a logon ended, as one word: Steam's own for its EResult, `Unreachable` when Steam said nothing. */
export function nameLogonResult(eresult: number | undefined): string {
  if (eresult === undefined) return 'Unreachable';
  return SteamUser.EResult[eresult] ?? `EResult${eresult}`;
}

/** What a session reports. `onEnd` is the last call. */
export interface SessionListener {
  onLoggedOn: () => void;
  /** One message of the response to a PICS request; its body is a view of the message. */
  onResponse: (jobId: number, body: Buffer) => void;
  /** Steam refuses a request, with this EResult. */
  onRefusal: (jobId: number, eresult: number) => void;
  onEnd: (end: SessionEnd) => void;
}

/**
 * One anonymous session on one connection: it logs on when constructed, and lasts until the connection or Steam ends it.
 *
 * Logon, heartbeat, session id and all messages but a few are left to steam-user. Its retries are not: whatever it would
 * retry by itself, or emit as an `error` that ends the process, ends this session instead, once, through `onEnd`. PICS
 * responses never reach its decoder, which would copy and decode them several times; nor do Multis, which may contain some,
 * nor any message that an anonymous session has no use for.
 *
 * The first message that cannot be read ends the session, as does more traffic than Steam would send: what follows on such
 * a connection is worth nothing, and another server is one logon away.
 *
 * The internals of steam-user that this uses are declared in steam-user.d.ts and checked by a test.
 */
export class SteamSession extends SteamUser {
  readonly #socket: CmSocket;
  readonly #listener: SessionListener;
  readonly #log: SteamLogger;
  readonly #budget: TrafficBudget;
  #logonResult: number | undefined;
  #hasLogonResponse = false;
  #over = false;

  constructor(socket: CmSocket, listener: SessionListener, log: SteamLogger, clock: Clock) {
    super({ dataDirectory: null, autoRelogin: false });
    this.#budget = new TrafficBudget(clock);
    this.#socket = socket;
    this.#listener = listener;
    this.#log = log;
    socket.onMessage = (message) => this.#receive(message);
    socket.onClose = (reason) => this.end(reason);
    this.on('error', (error: Error & { eresult?: number }) => this.end(error.message, error.eresult));
    // Without a listener steam-user asks for a code on stdin.
    this.on('steamGuard', () => this.end('Steam asks an anonymous logon for a Steam Guard code'));
    this.on('loggedOn', () => listener.onLoggedOn());
    this.logOn({ anonymous: true });
  }

  /** Sends a PICS request; the parts of its response go to `onResponse` with the same job id. */
  sendPicsRequest(emsg: number, body: object, jobId: number): void {
    this._send({ msg: emsg, proto: { jobid_source: jobId } }, body);
  }

  /** Calls a method of a Steam service; `onResponse` gets the decoded response and its EResult. */
  callService(
    method: string,
    body: object,
    onResponse: (body: Record<string, unknown>, eresult: number) => void,
  ): void {
    this._sendUnified(method, body, (response, { proto }) => onResponse(response, proto?.eresult ?? OK));
  }

  /** Logs off and closes; resolves when the connection is closed, after a second at the latest. */
  async logOffAndClose(): Promise<void> {
    if (this.steamID) this._send({ msg: EMsg.ClientLogOff }, {});
    await this.#socket.close();
    this.end('logged off');
  }

  /** The same as `end`, because the server is at fault. */
  endAsFaulty(reason: string): void {
    this.end(reason, undefined, true);
  }

  /** Cuts the connection and reports the end. Does nothing when the session is over. */
  end(reason: string, eresult: number | undefined = this.#logonResult, isFaulty = false): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this._logonMsgTimeout);
    this._disconnect(true);
    this.#socket.end();
    this.#listener.onEnd({ reason, eresult, isFaulty });
  }

  #receive(message: Buffer): void {
    if (this.#over) return;
    try {
      this.#budget.spendBytes(message.length);
      this.#read(message, 0);
    } catch (error) {
      this.#log.warn({ err: error, bytes: message.length }, 'Steam sent what cannot be read');
      this.endAsFaulty(
        `Steam sent what cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Reads one message, from the connection or from a Multi. Messages with a fixed header are of no use. */
  #read(message: Buffer, depth: number): void {
    this.#budget.spendMessage();
    const read = readNetMessage(message);
    if (read) this.#dispatch(read, message, depth);
  }

  #dispatch({ emsg, jobId, eresult, body }: NetMessage, message: Buffer, depth: number): void {
    switch (emsg) {
      case EMsg.Multi:
        if (depth === MAX_MULTI_DEPTH) throw new MalformedMessage('Multis nested too deep');
        for (const inner of unpackMulti(body, (bytes) => this.#budget.spendBytes(bytes))) {
          if (this.#over) return;
          this.#read(inner, depth + 1);
        }
        break;
      case EMsg.ClientPICSProductInfoResponse:
      case EMsg.ClientPICSChangesSinceResponse:
      case EMsg.ClientPICSAccessTokenResponse:
        if (eresult === OK) this.#listener.onResponse(jobId, body);
        else this.#listener.onRefusal(jobId, eresult);
        break;
      case EMsg.DestJobFailed:
        this.#listener.onRefusal(jobId, eresult);
        break;
      case EMsg.ServiceMethodResponse:
      case EMsg.ClientLogOnResponse:
      case EMsg.ClientLoggedOff:
        if (message.length > MAX_DECODED_BYTES) {
          throw new MalformedMessage(`a message of type ${emsg} with ${message.length} bytes`);
        }
        this._handleNetMessage(message, this.#socket);
        break;
      default: // Of no use to an anonymous session, such as licenses and friends.
    }
  }

  /** Where steam-user would choose a server and connect: the connection exists already. */
  protected override async _doConnection(): Promise<void> {
    if (this.#over) return;
    this._connection = this.#socket;
    await this._sendLogOn();
  }

  protected override async _handleLogOnResponse(body: LogOnResponse): Promise<void> {
    if (this.#hasLogonResponse) {
      this.endAsFaulty('Steam responded to one logon twice');
      return;
    }
    this.#hasLogonResponse = true;
    if (body.eresult !== OK) this.#logonResult = body.eresult;
    if (!(body.heartbeat_seconds > 0 && body.heartbeat_seconds <= MAX_HEARTBEAT_SECONDS)) {
      body.heartbeat_seconds = HEARTBEAT_SECONDS;
    }
    try {
      await super._handleLogOnResponse(body);
    } catch (error) {
      this.end(`the logon response cannot be used: ${String(error)}`);
    }
  }

  /** Where steam-user would retry by itself: after TryAnotherCM and the like, or without a logon response. */
  protected override _enqueueLogonAttempt(): void {
    const name = this.#logonResult !== undefined && SteamUser.EResult[this.#logonResult];
    this.end(name || 'no response to the logon');
  }
}
