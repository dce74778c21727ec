import { z } from 'zod';

/** The kinds of requests, as named by counters, faults and the log of requests. */
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

/** When a fault strikes: every time until it is disarmed, unless conditions are given; then all of them must hold. */
const occasion = {
  /** Strikes with this probability, determined by the seed. */
  probability: z.number().min(0).max(1).optional(),
  /** Strikes this many times only. */
  next: z.int().min(1).optional(),
  /** Strikes for this long only. */
  forMs: milliseconds.optional(),
  /** Strikes these apps only, or requests for one of them. */
  appids: z.array(z.int().min(0)).min(1).optional(),
};

/** For faults that strike whole requests: which kinds; by default all but logons. */
const requests = z.array(z.enum(REQUEST_KINDS)).min(1).optional();

/** All faults and their parameters. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** New connections are cut immediately. */
  z.strictObject({ kind: z.literal('refuse-connections'), ...occasion }),
  /**
   * Logons are refused with this result. With `quietMs` they are refused until there was no attempt for that long, as with
   * Steam's RateLimitExceeded, which every retry prolongs.
   */
  z.strictObject({
    kind: z.literal('refuse-logon'),
    ...occasion,
    result: z
      .enum(['TryAnotherCM', 'RateLimitExceeded', 'ServiceUnavailable', 'AccountLoginDeniedThrottle', 'Fail'])
      .default('TryAnotherCM'),
    quietMs: milliseconds.optional(),
  }),
  /** Sessions that are logged on when it is armed get no more responses, but keep their connection. */
  z.strictObject({ kind: z.literal('frozen'), ...occasion }),
  /** A request gets no response. With `appids`: an app for which Steam never responds, nor for its batch. */
  z.strictObject({ kind: z.literal('no-answer'), ...occasion, requests }),
  /** A response is delayed. */
  z.strictObject({ kind: z.literal('late-answer'), ...occasion, requests, ms: milliseconds.default(1_000) }),
  /** A response comes after the next one of its session, or after `ms` when there is none. */
  z.strictObject({ kind: z.literal('out-of-order'), ...occasion, requests, ms: milliseconds.default(1_000) }),
  /** A response comes twice. */
  z.strictObject({ kind: z.literal('doubled-answer'), ...occasion, requests }),
  /** The parts of a response come in gzip'd Multi messages. */
  z.strictObject({ kind: z.literal('gzip-multi'), ...occasion, requests }),
  /** The connection is cut after this many parts of a response, by default in the middle of the next frame. */
  z.strictObject({
    kind: z.literal('drop-connection'),
    ...occasion,
    requests,
    afterParts: z.int().min(0).default(0),
    halfFrame: z.boolean().default(true),
  }),
  /**
   * Requests of these kinds above a limit per second, for all clients together, are refused (an empty response with
   * `result` in its header), get no response, or end the connection. A limit of 0 refuses all of them. A second counts as
   * `toleranceMs` less, because requests that are sent evenly do not arrive evenly.
   */
  z.strictObject({
    kind: z.literal('throttle'),
    ...occasion,
    requests: z.array(z.enum(REQUEST_KINDS)).min(1).default(['product-info', 'metadata']),
    limit: z.number().min(0).default(2),
    toleranceMs: z.int().min(0).max(900).default(50),
    response: z.enum(['refuse', 'no-answer', 'disconnect']).default('refuse'),
    result: z
      .enum([
        'RateLimitExceeded',
        'AccountLoginDeniedThrottle',
        'Busy',
        'ServiceUnavailable',
        'LimitExceeded',
      ])
      .default('RateLimitExceeded'),
  }),
  /** An id is in neither list of the response. */
  z.strictObject({ kind: z.literal('leave-out'), ...occasion }),
  /** A body is damaged, with the SHA-1 of the undamaged one. */
  z.strictObject({
    kind: z.literal('corrupt-body'),
    ...occasion,
    damage: z.enum(['flip', 'cut', 'garbage']).default('flip'),
  }),
  /** An entry has SHA-1 and size but no body, which is available over HTTP. */
  z.strictObject({ kind: z.literal('withhold-body'), ...occasion }),
  /** A body over HTTP is not available either (503). */
  z.strictObject({ kind: z.literal('refuse-http'), ...occasion }),
  /** An app is shown as it was before its last change. */
  z.strictObject({ kind: z.literal('stale'), ...occasion }),
  /** A changes response has no ids and no flags, although the number has moved. */
  z.strictObject({ kind: z.literal('silent-gap'), ...occasion }),
  /** A changes response has a current number far behind or ahead of the requested one, or belongs to another request. */
  z.strictObject({
    kind: z.literal('impossible-number'),
    ...occasion,
    number: z.enum(['behind', 'ahead', 'other-since']).default('behind'),
  }),
  /** A changes response says "too long ago": each flag that is set comes without its ids. */
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
/** A fault with defaults left out. */
export type FaultInput = z.input<typeof faultSchema>;
