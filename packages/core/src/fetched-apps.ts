import { z } from 'zod';
import { accessTokenSchema } from './access-token.ts';
import { appRecordSchema } from './app-record.ts';
import { appidSchema, wholeNumbers } from './whole-numbers.ts';

/** One app whose response cannot be used, and why. */
const failedApp = z.object({
  appid: appidSchema,
  /** `Class: message` in one line, stored in `last_error`. */
  error: z.string().min(1),
});
export type FailedApp = z.infer<typeof failedApp>;

/** An app without a usable response, to be requested again. */
const unansweredApp = z.object({
  appid: appidSchema,
  reason: z.string(),
  /** Whether this costs the app an attempt. False when the cause is not the app, such as a lost connection. */
  counts: z.boolean(),
});
export type UnansweredApp = z.infer<typeof unansweredApp>;

/** The result of fetching one batch, without bodies. Every app is in exactly one of the four lists. */
export const fetchedAppsSchema = z.object({
  records: z.array(appRecordSchema),
  unknown: wholeNumbers(0),
  failed: z.array(failedApp),
  unanswered: z.array(unansweredApp),
  /** Tokens that were sent, and Steam still returned only a part of their app. */
  refusedTokens: z.array(z.tuple([appidSchema, accessTokenSchema])).optional(),
});

/** The text of an app exactly as Steam sent it, without the NUL that ends it on the wire. */
export interface DocumentBody {
  appid: number;
  bytes: Uint8Array;
}

/** The result of fetching one batch. */
export interface FetchedApps extends z.infer<typeof fetchedAppsSchema> {
  batchId: string;
  /** The change number that the batch was dispatched for. */
  changeNumber: number;
  /** The texts that the records were extracted from; some have none. */
  bodies?: DocumentBody[];
}
