/** Why a client was rejected, disconnected or ignored, as a real CM would do. */
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

/** A violation of the protocol that ends the connection. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
