import { z } from 'zod';

/** What a session can ask, as counters, faults and the log of requests name it. */
export const REQUEST_KINDS = [
  'logon',
  'changes',
  'product-info',
  'metadata',
  'access-token',
  'tag-names',
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

const milliseconds = z.int().min(0).max(3_600_000);

/**
 * When a fault strikes. Armed with nothing of it, it strikes every time until it is disarmed; all that is given must
 * hold.
 */
const occasion = {
  /** Strikes with this probability, decided by the seed. */
  probability: z.number().min(0).max(1).optional(),
  /** Strikes this many times, then it is spent. */
  next: z.int().min(1).optional(),
  /** Strikes for this long, then it is spent. */
  forMs: milliseconds.optional(),
  /** Strikes only these apps, or only requests that ask for one of them. */
  appids: z.array(z.int().min(0)).min(1).optional(),
};

/** Of faults that strike whole requests: which kinds of them; all but logons when not given. */
const requests = z.array(z.enum(REQUEST_KINDS)).min(1).optional();

/** Every fault there is, with what can be said about it. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** New connections are cut as soon as they come. */
  z.strictObject({ kind: z.literal('refuse-connections'), ...occasion }),
  /**
   * Logons are refused with this result. With `quietMs` the refusals go on until no logon was tried for so long, as
   * Steam's RateLimitExceeded does, which every retry prolongs.
   */
  z.strictObject({
    kind: z.literal('refuse-logon'),
    ...occasion,
    result: z
      .enum(['TryAnotherCM', 'RateLimitExceeded', 'ServiceUnavailable', 'AccountLoginDeniedThrottle', 'Fail'])
      .default('TryAnotherCM'),
    quietMs: milliseconds.optional(),
  }),
  /** The sessions that are logged on when it is armed get no answer any more, while the connection stays. */
  z.strictObject({ kind: z.literal('frozen'), ...occasion }),
  /** A request gets no answer. With `appids`: the app that Steam never answers for, and its batch with it. */
  z.strictObject({ kind: z.literal('no-answer'), ...occasion, requests }),
  /** An answer comes this much later. */
  z.strictObject({ kind: z.literal('late-answer'), ...occasion, requests, ms: milliseconds.default(1_000) }),
  /** An answer comes after the next one of its session, or after `ms` when there is none. */
  z.strictObject({ kind: z.literal('out-of-order'), ...occasion, requests, ms: milliseconds.default(1_000) }),
  /** An answer comes twice. */
  z.strictObject({ kind: z.literal('doubled-answer'), ...occasion, requests }),
  /** The parts of an answer come in gzip'd Multi messages. */
  z.strictObject({ kind: z.literal('gzip-multi'), ...occasion, requests }),
  /** The connection is cut after so many parts of an answer, by default in the middle of the next one's frame. */
  z.strictObject({
    kind: z.literal('drop-connection'),
    ...occasion,
    requests,
    afterParts: z.int().min(0).default(0),
    halfFrame: z.boolean().default(true),
  }),
  /**
   * Product info requests past so many a second, over all clients, are refused (empty answer with RateLimitExceeded),
   * get no answer, or cost the connection. A second counts as `toleranceMs` less, for requests sent evenly do not
   * arrive so.
   */
  z.strictObject({
    kind: z.literal('throttle'),
    ...occasion,
    limit: z.number().min(0).default(2),
    toleranceMs: z.int().min(0).max(900).default(50),
    response: z.enum(['refuse', 'no-answer', 'disconnect']).default('refuse'),
  }),
  /** An id is in neither list of the answer. */
  z.strictObject({ kind: z.literal('leave-out'), ...occasion }),
  /** A body comes damaged under the SHA-1 of the whole one. */
  z.strictObject({
    kind: z.literal('corrupt-body'),
    ...occasion,
    damage: z.enum(['flip', 'cut', 'garbage']).default('flip'),
  }),
  /** An entry comes with SHA-1 and size but no body; it is to be read over HTTP. */
  z.strictObject({ kind: z.literal('withhold-body'), ...occasion }),
  /** A withheld body cannot be read over HTTP either (503). */
  z.strictObject({ kind: z.literal('refuse-http'), ...occasion }),
  /** An app is answered as it was before its last change. */
  z.strictObject({ kind: z.literal('stale'), ...occasion }),
  /** An answer to "what changed" holds no ids and no flags, although the number has moved. */
  z.strictObject({ kind: z.literal('silent-gap'), ...occasion }),
  /** An answer to "what changed" says "too long ago": each flag that is set comes without its ids. */
  z.strictObject({
    kind: z.literal('force-full'),
    ...occasion,
    apps: z.boolean().default(true),
    packages: z.boolean().default(true),
    everything: z.boolean().default(false),
  }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;
/** A fault as it is armed: defaults may be left out. */
export type FaultInput = z.input<typeof faultSchema>;
