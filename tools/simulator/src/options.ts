import { z } from 'zod';
import { faultSchema } from './faults/fault.ts';
import { DEFAULT_GRANTED_SHARE } from './pics/access-tokens.ts';

const port = z.int().min(0).max(65_535);

/** The options of a simulator. Only one is required: `apps` for a generated catalogue or `catalog` for a recorded one. */
export const simulatorOptionsSchema = z
  .strictObject({
    /** Loopback, unless it has a name. */
    host: z.enum(['127.0.0.1', '::1', 'localhost']).default('127.0.0.1'),
    /**
     * The host name under which clients of a private network reach it, such as other containers. It listens on every address
     * then; the control port stays on loopback.
     */
    name: z.hostname().optional(),
    /** 0 for any free port. */
    port: port.default(0),
    controlPort: port.default(0),
    /** The folder for `ca.pem`; by default a temporary one, which is removed at the end. */
    certDir: z.string().min(1).optional(),
    /** A folder that keeps the certificate and the changes: a simulator that is started again continues there. */
    stateDir: z.string().min(1).optional(),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    /** How many apps to generate. */
    apps: z.int().min(0).max(5_000_000).optional(),
    /** A folder of recorded PICS data. */
    catalog: z.string().min(1).optional(),
    /** Releases the recorded versions one change number at a time, on demand or at `replayPerSecond`. */
    replay: z.boolean().default(false),
    /** How many of the oldest versions exist when a replay starts; at least one, because the feed starts at its number. */
    replayStart: z.int().min(1).default(600),
    replayPerSecond: z.number().min(0).max(100_000).default(0),
    /** How many generated apps change by themselves; about 18 on Steam. With 0 they change on demand only. */
    changesPerMinute: z.number().min(0).max(1_000_000).default(0),
    /** The share of the apps that need an access token, in addition to those that need one anyway. */
    tokenApps: z.number().min(0).max(1).default(0),
    /** The share of the apps that need a token for which an anonymous session is granted it. */
    grantedTokens: z.number().min(0).max(1).default(DEFAULT_GRANTED_SHARE),
    /** How often all tokens are replaced by new ones; never by default. */
    rotateTokensSeconds: z.number().min(0.1).max(1_000_000).optional(),
    /**
     * How many change numbers the feed remembers. In a replay the default is all of them, because hundreds of thousands
     * lie between one recorded change and the next.
     */
    window: z.int().min(1).optional(),
    /** The same for packages, if different. */
    packageWindow: z.int().min(1).optional(),
    /** The delay of every response. */
    latencyMs: z.int().min(0).max(600_000).default(0),
    /** The limit for all clients together above which product info requests are refused; none by default. */
    maxRequestsPerSecond: z.int().min(1).optional(),
    heartbeatSeconds: z.int().min(1).max(3_600).default(9),
    /** How long a client may stay connected without a logon. */
    logonDeadlineMs: z.int().min(1).max(3_600_000).default(30_000),
    /** A new part of a response begins when the current one has this size. */
    partBytes: z.int().min(1).max(64_000_000).default(1_000_000),
    /** Or this many entries. */
    partEntries: z.int().min(1).default(5_000),
    /** The size of the cache of encoded apps: 64 MB hold the 16,000 that were served last. */
    cacheBytes: z.int().min(0).default(64_000_000),
    /** Fills that cache before the first client can connect, so the first responses are as fast as later ones. */
    warm: z.boolean().default(false),
    /** Armed from the start. */
    faults: z.array(faultSchema).default([]),
  })
  .superRefine((options, context) => {
    const fail = (message: string) => context.addIssue({ code: 'custom', message });
    if ((options.apps === undefined) === (options.catalog === undefined)) {
      fail('give either the number of apps to generate or the folder of a recorded catalog');
    }
    if (options.catalog === undefined && options.replay) fail('only a recorded catalog can be replayed');
    if (!options.replay && options.replayPerSecond > 0) fail('replayPerSecond needs replay');
    if (options.catalog !== undefined && options.changesPerMinute > 0) {
      fail('a recorded catalog changes by replay, not by changesPerMinute');
    }
  });

export type SimulatorOptions = z.infer<typeof simulatorOptionsSchema>;
/** The options with defaults left out. */
export type SimulatorInput = z.input<typeof simulatorOptionsSchema>;
