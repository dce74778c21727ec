import type { Outcome } from '../requests/pending-requests.ts';
import type { ProductInfo, ProductMetadata } from '../requests/request-product-info.ts';
import type { AccessTokens } from '../wire/access-token-response.ts';
import type { ChangesSince } from '../wire/changes-since-response.ts';

/** The state of the session with Steam, for readiness and metrics. */
export interface SessionStatus {
  loggedOn: boolean;
  /** Why there is no session; empty while there is one. */
  reason: string;
  /** When Steam last responded to any request; undefined before the first response. A refusal is no response. */
  lastResponseAt: Date | undefined;
  /** Until when no logon is tried, while backing off. */
  backoffUntil: Date | undefined;
}

/**
 * One anonymous session with Steam and the PICS requests on it.
 *
 * The session reconnects by itself, with backoff, until `close`. Every request settles. Product info comes as far as it
 * got: ids without a usable response are in `unanswered`, also when a timeout or a disconnect cut the response short.
 * Requests whose partial result would make no sense throw `SteamUnavailable` then. All of them throw it when there is no
 * session, and `SteamRefused`, a kind of it, when Steam wants fewer requests.
 */
export interface PicsClient {
  readonly status: SessionStatus;
  /** Resolves at the first logon; from the call on the client stays logged on. Rejects only when closed before. */
  logOn(): Promise<void>;
  /** What changed after `changeNumber`; 0 gives the current number and no changes. */
  getChangesSince(changeNumber: number): Promise<ChangesSince>;
  /**
   * The bodies of some apps. A repeated id counts once.
   *
   * @param tokens access tokens by appid. An app that is restricted to those who have one is complete with it; with one that
   *   Steam does not accept it comes as without.
   */
  getProductInfo(appids: readonly number[], tokens?: ReadonlyMap<number, string>): Promise<ProductInfo>;
  /** The change numbers of some apps, without bodies; with a token those of the complete app. */
  getProductMetadata(
    appids: readonly number[],
    tokens?: ReadonlyMap<number, string>,
  ): Promise<ProductMetadata>;
  /**
   * The access tokens that Steam grants this session for some apps and packages. A repeated id counts once.
   *
   * A token is a secret of whoever was granted it: the client logs none, and neither may its callers.
   */
  getAccessTokens(appids: readonly number[], packageids: readonly number[]): Promise<AccessTokens>;
  /** English names of store tags; tags without a name are missing from the map. */
  getTagNames(tagIds: readonly number[]): Promise<Map<number, string>>;
  /**
   * Ends the session because its server responds with what cannot be true; the next one is on another server. Does nothing
   * without a session.
   */
  reconnectElsewhere(reason: string): void;
  /** Logs off and ends every pending request. */
  close(): Promise<void>;
}

/** What a request asks Steam for. */
export type RequestName = 'changes' | 'product_info' | 'metadata' | 'access_tokens' | 'tag_names';

/** One request, when it has ended. */
export interface FinishedRequest {
  request: RequestName;
  /** `unreadable`: a response came that could not be parsed. */
  outcome: Outcome | 'unreadable';
  /** Messages that the response came in. */
  parts: number;
  durationMs: number;
}

/** Receives what the client reports about its traffic, for metrics. It must not throw. */
export interface PicsObserver {
  onRequest(request: FinishedRequest): void;
  /** How a logon ended: `OK`, the name of the EResult with which Steam refused it, or `Unreachable`. */
  onLogon(result: string): void;
}
