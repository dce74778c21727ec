import { digestBuffer, type Change } from './catalogue/catalogue.ts';
import type { FaultInput, RequestKind } from './faults/fault.ts';
import type { ArmedFault, Faults } from './faults/faults.ts';
import type { AppChange, AppEdit, Pics } from './pics/pics.ts';
import type { Shown } from './pics/restrictions.ts';
import type { EResultName } from './protocol/steam-enums.ts';
import type { CmServer } from './server/cm-server.ts';
import type { LoggedRequest, Counters } from './counters.ts';

/** Where the simulator listens; the command prints it in one line when it is ready. */
export interface Addresses {
  /** host:port, for a client's list of servers. */
  cmServer: string;
  controlUrl: string;
  /** The certificate to trust, for NODE_EXTRA_CA_CERTS. */
  caFile: string;
}

/** An app as a response without faults would show it now. */
export interface AppTruth {
  appid: number;
  changeNumber: number;
  missingToken: boolean;
  onlyPublic: boolean;
  /** The SHA-1 of the text in hex; null without a text. */
  sha: string | null;
  /** Without its trailing NUL. */
  text: Buffer;
}

/** An app that needs a token, and its token now. */
export interface AppToken {
  appid: number;
  token: string;
  /** Whether an anonymous session gets the token when it asks. */
  granted: boolean;
}

/** What changes of the tokens of some apps, or of all. */
export interface TokenChange {
  appids?: readonly number[] | undefined;
  /** What those without a token see from now on, under new change numbers; needs `appids`. */
  shown?: Shown | undefined;
  granted?: boolean | undefined;
  /** Whether the tokens are replaced by new ones. */
  rotate?: boolean | undefined;
}

interface Parts {
  pics: Pics;
  faults: Faults;
  counters: Counters;
  server: CmServer;
  /** Closes everything that was opened for it. */
  close: () => Promise<void>;
}

/** A running simulator, with the same methods as its control port. */
export class Simulator {
  readonly addresses: Addresses;
  readonly #parts: Parts;
  #closing: Promise<void> | undefined;

  constructor(addresses: Addresses, parts: Parts) {
    this.addresses = addresses;
    this.#parts = parts;
  }

  get currentChangeNumber(): number {
    return this.#parts.pics.currentChangeNumber;
  }

  /** What clients have done so far, and the armed faults. */
  state() {
    const { pics, faults, counters, server } = this.#parts;
    const { sessions } = server;
    return {
      currentChangeNumber: pics.currentChangeNumber,
      clients: {
        connected: sessions.length,
        loggedOn: sessions.filter(({ isLoggedOn }) => isLoggedOn).length,
      },
      ...counters.summary(),
      faults: { armed: faults.list(), struck: faults.struck },
    };
  }

  /** The last requests in order of arrival, of these kinds or of all. */
  requests(kinds?: readonly RequestKind[]): LoggedRequest[] {
    return this.#parts.counters.loggedRequests(kinds);
  }

  /** Every app that is known now, by appid. */
  apps(): AppChange[] {
    const { pics } = this.#parts;
    return pics.appids().map((appid) => ({ appid, changeNumber: pics.findApp(appid)?.changeNumber ?? 0 }));
  }

  /** The true state of an app, to those without its token or to those with it; undefined when it is unknown. */
  findApp(appid: number, { withToken = false } = {}): AppTruth | undefined {
    const shown = this.#parts.pics.findApp(appid);
    const version = (withToken ? shown?.complete : undefined) ?? shown;
    if (!version) return undefined;
    const { changeNumber, missingToken, onlyPublic } = version;
    const buffer = version.readBuffer();
    const { sha } = digestBuffer(buffer);
    const hex = sha ? Buffer.from(sha).toString('hex') : null;
    return { appid, changeNumber, missingToken, onlyPublic, sha: hex, text: buffer.subarray(0, -1) };
  }

  /** Every change after `since` that the feed remembers, however often an id changed. */
  changes(since: number): Change[] {
    return this.#parts.pics.listChanges(since);
  }

  /** Changes at least `count` apps now, and the packages between them; fewer when a recording ends. */
  release(count: number): AppChange[] {
    return this.#parts.pics.release(count);
  }

  /**
   * Releases the rest of a recording.
   *
   * @throws Error for a generated catalogue, which never ends.
   */
  releaseAll(): AppChange[] {
    if (!this.#parts.pics.isFinite) throw new Error('a generated catalogue has no end to advance to');
    return this.#parts.pics.release(Infinity);
  }

  /**
   * Gives each of these apps a new change number: with a new body if it is generated, with the same one if recorded.
   *
   * @throws Error with the id of an app that never existed; nothing has changed then.
   */
  releaseApps(appids: readonly number[]): AppChange[] {
    return this.#parts.pics.releaseApps(appids);
  }

  /** Replaces an app by what a test needs, under a new change number; it stays so until it is edited again. */
  editApp(appid: number, edit: AppEdit): AppChange {
    return this.#parts.pics.editApp(appid, edit);
  }

  /** Every app that needs a token and has one, by appid. */
  tokens(): AppToken[] {
    const { pics } = this.#parts;
    return pics.appids().flatMap((appid) => {
      const token = pics.findToken(appid);
      return token === undefined ? [] : [{ appid, token, granted: pics.tokens.isGranted(appid) }];
    });
  }

  /**
   * Changes tokens. Grants and rotations are silent: a client only learns of them when it asks or sends a token.
   *
   * @returns the apps with new change numbers, because what is shown of them has changed.
   * @throws Error with the id of an app that never existed; nothing has changed then.
   */
  changeTokens({ appids, shown, granted, rotate }: TokenChange): AppChange[] {
    const { pics } = this.#parts;
    if (shown && !appids) throw new Error('give the appids of which something else is to be shown');
    const changes = shown && appids ? pics.restrictApps(appids, shown) : [];
    if (granted !== undefined) pics.tokens.setGranted(granted, appids);
    if (rotate) pics.tokens.rotate(appids);
    return changes;
  }

  /** @throws ZodError for an invalid fault. */
  arm(fault: FaultInput): ArmedFault {
    return this.#parts.faults.arm(fault);
  }

  /** Disarms one fault, or all; false when no fault has this id. */
  disarm(id?: number): boolean {
    return this.#parts.faults.disarm(id);
  }

  /** Cuts every client's connection, or logs every client off with a result. */
  disconnect(result?: EResultName): void {
    this.#parts.server.disconnectAll(result);
  }

  /** Closes every connection and both ports, and removes the certificate. */
  close(): Promise<void> {
    this.#closing ??= this.#parts.close();
    return this.#closing;
  }
}
