import { z } from 'zod';
import { faultSchema } from './faults/fault.ts';

const port = z.int().min(0).max(65_535);

/**
 * What a simulator is started with. Everything has a default but one thing: give `apps` for a made-up catalogue or
 * `catalog` for a recorded one.
 */
export const simulatorOptionsSchema = z
  .strictObject({
    /** Loopback only: this is nothing to put on a network. */
    host: z.enum(['127.0.0.1', '::1', 'localhost']).default('127.0.0.1'),
    /** 0 takes a free one. */
    port: port.default(0),
    controlPort: port.default(0),
    /** Where `ca.pem` is written; a temporary folder that goes at the end when not given. */
    certDir: z.string().min(1).optional(),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    /** How many apps to make up. */
    apps: z.int().min(0).max(5_000_000).optional(),
    /** A folder of recorded PICS data. */
    catalog: z.string().min(1).optional(),
    /** Releases the recorded versions one change number after the other, on demand or at `replayPerSecond`. */
    replay: z.boolean().default(false),
    /** How many of the oldest versions are there when a replay begins; never none, for a feed begins after its number. */
    replayStart: z.int().min(1).default(600),
    replayPerSecond: z.number().min(0).max(100_000).default(0),
    /** Of a made-up catalogue; Steam has about 18. 0 leaves it as it is until told otherwise. */
    changesPerMinute: z.number().min(0).max(1_000_000).default(0),
    /**
     * How many change numbers the feed remembers. A replay leaps over hundreds of thousands from one recorded change to
     * the next, so there the default is all of them.
     */
    window: z.int().min(1).optional(),
    /** The same for packages, when it is to differ. */
    packageWindow: z.int().min(1).optional(),
    /** Every answer comes this much later. */
    latencyMs: z.int().min(0).max(600_000).default(0),
    /** Product info requests over all clients past which they are refused; no limit when not given. */
    maxRequestsPerSecond: z.int().min(1).optional(),
    heartbeatSeconds: z.int().min(1).max(3_600).default(9),
    /** How long a client may be connected without logging on. */
    logonDeadlineMs: z.int().min(1).max(3_600_000).default(30_000),
    /** A part of an answer is closed when it has grown to this. */
    partBytes: z.int().min(1).max(64_000_000).default(1_000_000),
    /** Or when it holds this many entries. */
    partEntries: z.int().min(1).default(5_000),
    /** Encoded apps kept ready, in bytes: 64 MB are the 16,000 served last. */
    cacheBytes: z.int().min(0).default(64_000_000),
    /** Fills that cache before the first client may connect, so that the first answers are as fast as the later ones. */
    warm: z.boolean().default(false),
    /** Armed from the start. */
    faults: z.array(faultSchema).default([]),
  })
  .superRefine((options, context) => {
    const fail = (message: string) => context.addIssue({ code: 'custom', message });
    if ((options.apps === undefined) === (options.catalog === undefined)) {
      fail('give either the number of apps to make up or the folder of a recorded catalog');
    }
    if (options.catalog === undefined && options.replay) fail('only a recorded catalog can be replayed');
    if (!options.replay && options.replayPerSecond > 0) fail('replayPerSecond needs replay');
    if (options.catalog !== undefined && options.changesPerMinute > 0) {
      fail('a recorded catalog changes by replay, not by changesPerMinute');
    }
  });

export type SimulatorOptions = z.infer<typeof simulatorOptionsSchema>;
/** The options as they may be given, with defaults left out. */
export type SimulatorInput = z.input<typeof simulatorOptionsSchema>;
