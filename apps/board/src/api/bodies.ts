import { appidSchema } from '@pics/core';
import { z } from 'zod';

/** As many as fit a request body; whoever wants more has `all`, or asks twice. */
const appids = z.array(appidSchema).min(1).max(10_000);

const text = z.string().trim().min(1).max(500);

/** A point in time: an ISO date, or one with a time and its zone. */
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })], {
  error: 'must be a date such as 2026-11-22, or 2026-11-22T14:00:00Z',
});

const dryRun = z.boolean().default(false);

/** Which apps to give fresh attempts: exactly one of these. */
export const requeueBody = z.union(
  [
    z.strictObject({ failed: z.literal(true), dryRun }),
    z.strictObject({ appids, dryRun }),
    z.strictObject({ error: text, dryRun }),
    z.strictObject({ failureGroup: text, dryRun }),
    z.strictObject({ type: text, dryRun }),
    z.strictObject({ since: moment, dryRun }),
    z.strictObject({ all: z.literal(true), dryRun }),
  ],
  {
    error:
      'must be one of {"failed": true}, {"appids": [440]}, {"error": "text"}, {"failureGroup": "Class: message"}, ' +
      '{"type": "dlc"}, {"since": "2026-11-22"} and {"all": true}, each with "dryRun" if wanted',
  },
);

export const syncBody = z.strictObject({ appids });

export const rateBody = z.strictObject({
  /** null gives the rate back to FETCH_RATE_PER_SECOND. */
  requestsPerSecond: z.number().min(0.01).max(10_000).nullable(),
});

export const searchQuery = z.object({ q: z.string().trim().max(100).default('') });

export const appidParameter = z
  .string()
  .regex(/^\d{1,10}$/)
  .transform(Number)
  .pipe(appidSchema);
