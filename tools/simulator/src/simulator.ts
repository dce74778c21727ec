import type { Change } from './catalogue/catalogue.ts';
import { digestBuffer } from './catalogue/digest.ts';
import type { FaultInput, RequestKind } from './faults/fault.ts';
import type { ArmedFault, Faults } from './faults/faults.ts';
import type { AppChange, AppEdit, Pics } from './pics/pics.ts';
import type { EResultName } from './protocol/eresult.ts';
import type { CmServer } from './server/cm-server.ts';
import type { LoggedRequest, Tally } from './tally.ts';

/** Where the simulator is found; what the command prints in one line when it is ready. */
export interface Addresses {
  /** host:port for a client's list of servers. */
  cmServer: string;
  controlUrl: string;
  /** The certificate to trust, for NODE_EXTRA_CA_CERTS. */
  caFile: string;
}

/** An app as a client without faults on its way would be answered now. */
export interface AppTruth {
  appid: number;
  changeNumber: number;
  missingToken: boolean;
  onlyPublic: boolean;
  /** Of the text, in hex; null when there is no text. */
  sha: string | null;
  /** Without its trailing NUL. */
  text: Buffer;
}

interface Parts {
  pics: Pics;
  faults: Faults;
  tally: Tally;
  server: CmServer;
  /** Ends everything that was started for it. */
  close: () => Promise<void>;
}

/** A running simulator, with the same control in-process as over its control port. */
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

  /** What clients have done so far, and what lies in wait for them. */
  state() {
    const { pics, faults, tally, server } = this.#parts;
    const { sessions } = server;
    return {
      currentChangeNumber: pics.currentChangeNumber,
      clients: {
        connected: sessions.length,
        loggedOn: sessions.filter(({ isLoggedOn }) => isLoggedOn).length,
      },
      ...tally.summary(),
      faults: { armed: faults.list(), struck: faults.struck },
    };
  }

  /** The last requests in the order they came, of these kinds or of all. */
  requests(kinds?: readonly RequestKind[]): LoggedRequest[] {
    return this.#parts.tally.loggedRequests(kinds);
  }

  /** Every app that is known now, by appid. */
  apps(): AppChange[] {
    const { pics } = this.#parts;
    return pics.appids().map((appid) => ({ appid, changeNumber: pics.findApp(appid)?.changeNumber ?? 0 }));
  }

  /** The truth about one app; undefined when it is unknown. */
  findApp(appid: number): AppTruth | undefined {
    const version = this.#parts.pics.findApp(appid);
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

  /** Lets at least `count` apps change now, the packages between them included; fewer when a recording ends. */
  release(count: number): AppChange[] {
    return this.#parts.pics.release(count);
  }

  /**
   * Releases what a recording still holds.
   *
   * @throws Error when the catalogue is made up, which never ends.
   */
  releaseAll(): AppChange[] {
    if (!this.#parts.pics.isFinite) throw new Error('a made-up catalogue has no end to advance to');
    return this.#parts.pics.release(Infinity);
  }

  /**
   * Gives each of these apps a new change number: a new body where it is made up, the same where it is recorded.
   *
   * @throws Error naming an app that never existed; none has changed then.
   */
  releaseApps(appids: readonly number[]): AppChange[] {
    return this.#parts.pics.releaseApps(appids);
  }

  /** Makes one app what a test needs, under a new change number; it stays so until it is edited again. */
  editApp(appid: number, edit: AppEdit): AppChange {
    return this.#parts.pics.editApp(appid, edit);
  }

  /** @throws ZodError naming what is wrong with the fault. */
  arm(fault: FaultInput): ArmedFault {
    return this.#parts.faults.arm(fault);
  }

  /** Disarms one fault, or all; false when there is none of this id. */
  disarm(id?: number): boolean {
    return this.#parts.faults.disarm(id);
  }

  /** Cuts every client's connection, or logs every client off with a result. */
  disconnect(result?: EResultName): void {
    this.#parts.server.disconnectAll(result);
  }

  /** Ends every connection and both ports, and takes the certificate away. */
  close(): Promise<void> {
    this.#closing ??= this.#parts.close();
    return this.#closing;
  }
}
