import type { ChangesStart } from '@pics/database';
import { parseSince } from './parse-since.ts';

/** Where a list of changes is to begin: above a change number, or at a time (see `parseSince`). */
export function parseChangesStart(text: string): ChangesStart {
  return /^\d{1,15}$/.test(text) ? { after: Number(text) } : { from: parseSince(text) };
}
