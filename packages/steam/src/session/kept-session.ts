import { SteamUnavailable } from '@pics/core';
import type { Clock } from './clock.ts';
import type { CmServers } from './cm-servers.ts';
import { CmSocket } from './cm-socket.ts';
import type { SteamLogger } from './logger.ts';
import { isThrottled, ReconnectBackoff } from './reconnect-backoff.ts';
import { nameLogonResult, SteamSession, type SessionEnd, type SessionListener } from './steam-session.ts';

export interface KeptSessionOptions {
  servers: CmServers;
  /** Certificates to trust in place of Node's own. */
  ca: string | undefined;
  clock: Clock;
  random: () => number;
  log: SteamLogger;
  onAnswer: SessionListener['onAnswer'];
  onRefusal: SessionListener['onRefusal'];
  /** A session that was logged on is over. */
  onLost: () => void;
  /** How a logon ended: `OK`, the name of the EResult that Steam refused it with, or `Unreachable`. */
  onLogon: (result: string) => void;
}

/**
 * Keeps one session with Steam: when it ends, for whatever reason, another one is made after a pause, on another server,
 * until `close`. There is never more than one, and no logon outside this loop, for Steam counts logons.
 */
export class KeptSession {
  readonly #options: KeptSessionOptions;
  readonly #backoff: ReconnectBackoff;
  readonly #closing = new AbortController();
  #firstLogon: PromiseWithResolvers<void> | undefined;
  #keeping: Promise<void> | undefined;
  #session: SteamSession | undefined;
  #loggedOn = false;
  /** In words, why there is no session; empty while there is one. */
  reason = 'not logged on yet';
  /** Until when no logon is tried, while pausing. */
  backoffUntil: Date | undefined;

  constructor(options: KeptSessionOptions) {
    this.#options = options;
    this.#backoff = new ReconnectBackoff(options.random);
  }

  /** The session, while it is logged on. */
  get loggedOn(): SteamSession | undefined {
    return this.#loggedOn ? this.#session : undefined;
  }

  /** Starts keeping a session and resolves at the first logon; every call gives the same promise. Rejects once closed. */
  logOn(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(new SteamUnavailable('the client is closed'));
    if (!this.#firstLogon) {
      this.#firstLogon = Promise.withResolvers();
      // A caller that does not wait for the logon must not bring the process down by closing before it.
      this.#firstLogon.promise.catch(() => {});
      this.#keeping = this.#keep();
    }
    return this.#firstLogon.promise;
  }

  /** The session has answered something, so the next failure is the first one. */
  prove(): void {
    this.#backoff.reset();
  }

  /** Gives up a session that is of no use any more; the loop makes another. */
  drop(reason: string): void {
    this.#session?.end(reason, undefined);
  }

  /** Logs off, and makes no session any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#firstLogon?.reject(new SteamUnavailable('the client is closed'));
    await this.#session?.leave();
    await this.#keeping;
    this.reason = 'the client is closed';
  }

  async #keep(): Promise<void> {
    const { clock, log } = this.#options;
    const closing = this.#closing.signal;
    while (!closing.aborted) {
      const end = await this.#runSession();
      if (closing.aborted) return;
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

  /** One session from choosing a server to its end. Never rejects. */
  async #runSession(): Promise<SessionEnd> {
    const { servers, ca, log, onLogon } = this.#options;
    const closing = this.#closing.signal;
    let server: string | undefined;
    try {
      server = await servers.choose();
      const socket = await CmSocket.open(server, { ca, signal: closing });
      log.debug({ server }, 'connected to Steam');
      const end = await this.#follow(socket);
      servers.fail(server);
      return { ...end, reason: `${end.reason} (${server})` };
    } catch (error) {
      if (server !== undefined) servers.fail(server);
      const where = server ?? "Steam's directory of servers";
      const why = error instanceof Error ? error.message : String(error);
      if (!closing.aborted) onLogon(nameLogonResult(undefined));
      return { reason: `cannot reach ${where}: ${why}`, eresult: undefined };
    }
  }

  #follow(socket: CmSocket): Promise<SessionEnd> {
    const { onAnswer, onRefusal, onLost, onLogon, log } = this.#options;
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
    this.#session = new SteamSession(socket, { onLoggedOn, onAnswer, onRefusal, onEnd }, log);
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
