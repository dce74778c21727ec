import type { Outcome } from './requests/pending-requests.ts';

export type RequestKind = 'changes' | 'product_info' | 'metadata' | 'tag_names';

/** One request, when it is over. */
export interface FinishedRequest {
  kind: RequestKind;
  /** `unreadable`: an answer came that could not be taken apart. */
  outcome: Outcome | 'unreadable';
  /** Messages that the answer came in. */
  parts: number;
  durationMs: number;
}

/** Where the client tells what goes back and forth, for those who count it. It must not throw. */
export interface PicsObserver {
  onRequest(request: FinishedRequest): void;
  /** How a logon ended: `OK`, the name of the EResult that Steam refused it with, or `Unreachable`. */
  onLogon(result: string): void;
}
