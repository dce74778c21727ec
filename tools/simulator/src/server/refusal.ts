/** Why a client was turned away, cut off or ignored: what a real CM would not have stood for either. */
export type RefusalReason =
  | 'wrong-path'
  | 'text-frame'
  | 'oversize-frame'
  | 'malformed-frame'
  | 'malformed-message'
  | 'wrong-session'
  | 'wrong-protocol-version'
  | 'not-anonymous'
  | 'already-logged-on'
  | 'not-logged-on'
  | 'no-logon'
  | 'no-heartbeat'
  | 'too-many-ids'
  | 'throttled'
  | 'unknown-message'
  | 'unknown-method';

/** A client broke the protocol so that its connection ends. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
