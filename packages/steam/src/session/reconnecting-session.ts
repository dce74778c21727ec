import { SteamUnavailable } from '@pics/core';
import type { Clock } from './clock.ts';
import type { CmServers } from './cm-servers.ts';
import { CmSocket } from './cm-socket.ts';
import { isThrottled, ReconnectBackoff } from './reconnect-backoff.ts';
import {
  nameLogonResult,
  SteamSession,
  type SessionEnd,
  type SessionListener,
  type SteamLogger,
} from './steam-session.ts';

export interface ReconnectingSessionOptions {
  servers: CmServers;
  /** Certificates to trust in place of Node's own. */
  ca: string | undefined;
  clock: Clock;
  random: () => number;
  log: SteamLogger;
  onResponse: SessionListener['onResponse'];
  onRefusal: SessionListener['onRefusal'];
  /** A session has ended. */
  onLost: () => void;
  /** How a logon ended: `OK`, the name of the EResult that Steam refused it with, or `Unreachable`. */
  onLogon: (result: string) => void;
}

/**
 * One session with Steam that reconnects: when it ends, for whatever reason, another one follows after a pause, on
 * another server, until `close`. There is never more than one, and no logon outside this loop, because Steam counts logons.
 */
export class ReconnectingSession {
  readonly #options: ReconnectingSessionOptions;
  readonly #backoff: ReconnectBackoff;
  readonly #closing = new AbortController();
  #firstLogon: PromiseWithResolvers<void> | undefined;
  #running: Promise<void> | undefined;
  #session: SteamSession | undefined;
  #loggedOn = false;
  /** Whether the session has responded to a request. */
  #healthy = false;
  /** Why there is no session; empty while there is one. */
  reason = 'not logged on yet';
  /** The IP address of the server of this session, or of the last one. */
  serverAddress: string | undefined;
  /** Until when no logon is tried, while pausing. */
  backoffUntil: Date | undefined;

  constructor(options: ReconnectingSessionOptions) {
    this.#options = options;
    this.#backoff = new ReconnectBackoff(options.random);
  }

  /** The session, while it is logged on. */
  get loggedOn(): SteamSession | undefined {
    return this.#loggedOn ? this.#session : undefined;
  }

  /** Starts the session and resolves at the first logon; every call returns the same promise. Rejects once closed. */
  logOn(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(new SteamUnavailable('the client is closed'));
    if (!this.#firstLogon) {
      this.#firstLogon = Promise.withResolvers();
      // Closing before the logon must not end the process of a caller that does not wait for it.
      this.#firstLogon.promise.catch(() => {});
      this.#running = this.#run();
    }
    return this.#firstLogon.promise;
  }

  /** The session has responded to something: its end counts as the first failure, unless its server is at fault. */
  markHealthy(): void {
    this.#healthy = true;
  }

  /** Ends a session on which nothing arrives any more; another one follows. */
  drop(reason: string): void {
    this.#session?.end(reason, undefined);
  }

  /** Ends a session whose server responds with what cannot be true; another one follows. */
  dropAsFaulty(reason: string): void {
    this.#session?.endAsFaulty(reason);
  }

  /** Logs off and reconnects no more. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#firstLogon?.reject(new SteamUnavailable('the client is closed'));
    await this.#session?.logOffAndClose();
    await this.#running;
    this.reason = 'the client is closed';
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    const closing = this.#closing.signal;
    while (!closing.aborted) {
      const end = await this.#runSession();
      if (closing.aborted) return;
      if (this.#healthy && !end.isFaulty) this.#backoff.reset();
      this.#healthy = false;
      const pauseMs = this.#backoff.next(end);
      this.backoffUntil = new Date(clock.now() + pauseMs);
      this.reason = isThrottled(end)
        ? `${end.reason}: Steam refuses logons from this address for now`
        : end.reason;
      log.warn({ reason: this.reason, pauseMs }, 'no session with Steam');
      await this.#pause(pauseMs);
      this.backoffUntil = undefined;
    }
  }

  /** One session, from the choice of a server to its end. Never rejects. */
  async #runSession(): Promise<SessionEnd> {
    const { servers, ca, log, onLogon } = this.#options;
    const closing = this.#closing.signal;
    let server: string | undefined;
    try {
      server = await servers.choose();
      const socket = await CmSocket.open(server, { ca, signal: closing });
      log.debug({ server }, 'connected to Steam');
      this.serverAddress = socket.address;
      const end = await this.#runOn(socket);
      servers.fail(server);
      return { ...end, reason: `${end.reason} (${server})` };
    } catch (error) {
      if (server !== undefined) servers.fail(server);
      const where = server ?? "Steam's directory of servers";
      const why = error instanceof Error ? error.message : String(error);
      if (!closing.aborted) onLogon(nameLogonResult(undefined));
      return { reason: `cannot reach ${where}: ${why}`, eresult: undefined, isFaulty: false };
    }
  }

  #runOn(socket: CmSocket): Promise<SessionEnd> {
    const { onResponse, onRefusal, onLost, onLogon, log, clock } = this.#options;
    const { promise, resolve } = Promise.withResolvers<SessionEnd>();
    const onLoggedOn = () => {
      this.#loggedOn = true;
      this.reason = '';
      log.info({ server: socket.server }, 'logged on to Steam');
      onLogon('OK');
      this.#firstLogon?.resolve();
    };
    const onEnd = (end: SessionEnd) => {
      if (!this.#loggedOn && !this.#closing.signal.aborted) onLogon(nameLogonResult(end.eresult));
      this.#loggedOn = false;
      this.#session = undefined;
      this.reason = end.reason;
      onLost();
      resolve(end);
    };
    this.#session = new SteamSession(socket, { onLoggedOn, onResponse, onRefusal, onEnd }, log, clock);
    return promise;
  }

  #pause(pauseMs: number): Promise<void> {
    const closing = this.#closing.signal;
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(pauseMs, () => {
        closing.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = () => {
        cancel();
        resolve();
      };
      closing.addEventListener('abort', onAbort, { once: true });
    });
  }
}
