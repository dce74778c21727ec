import type { ChangesSince, ProductInfo, ProductMetadata } from './product-info.ts';

/** How the session with Steam stands, for readiness and metrics. */
export interface SessionStatus {
  loggedOn: boolean;
  /** In words, why there is no session; empty while there is one. */
  reason: string;
  /** When the last answer to any request came; undefined before the first. */
  lastResponseAt: Date | undefined;
  /** Until when no logon is tried, while backing off. */
  backoffUntil: Date | undefined;
}

/**
 * One anonymous session with Steam and the PICS requests on it.
 *
 * The session is kept: it reconnects by itself, with backoff, until `close`. Every request settles. Product info comes
 * with what there is: ids without a usable answer stand in `unanswered`, also when the answer was cut short by a timeout
 * or a disconnect. What makes no sense in halves throws `SteamUnavailable` then. Every request throws it when there is no
 * session to ask on.
 */
export interface PicsClient {
  readonly status: SessionStatus;
  /** Resolves at the first logon; from the call on the client keeps itself logged on. Rejects only when closed meanwhile. */
  logOn(): Promise<void>;
  /** What changed after `changeNumber`; 0 gives the current number and no changes. */
  getChangesSince(changeNumber: number): Promise<ChangesSince>;
  /** The bodies of some apps. An id given twice counts once. */
  getProductInfo(appids: readonly number[]): Promise<ProductInfo>;
  /** The change numbers of some apps, without bodies. */
  getProductMetadata(appids: readonly number[]): Promise<ProductMetadata>;
  /** English names of store tags; tags that Steam has no name for are missing from the map. */
  getTagNames(tagIds: readonly number[]): Promise<Map<number, string>>;
  /**
   * Ends the session because its server responds with what cannot be true; the next one is on another server. Does nothing
   * while there is no session.
   */
  reconnectElsewhere(reason: string): void;
  /** Logs off and ends every pending request. */
  close(): Promise<void>;
}
