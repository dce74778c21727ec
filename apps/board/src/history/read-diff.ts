import { plainLines } from '@pics/core';
import {
  DocumentDamaged,
  findDictionaryBlocker,
  findVersion,
  listVersions,
  type Database,
  type Version,
} from '@pics/database';
import { diffTexts } from '@pics/operations';
import { z } from 'zod';
import { changeParameter } from './event-query.ts';

/** Older texts beyond these are not offered; the address of the page can name them. */
const MOST_VERSIONS = 500;

export const diffQuery = z.object({ from: changeParameter, to: changeParameter });

export interface Diff {
  /** The texts to choose from, the newest first. */
  versions: Version[];
  /** The two that are compared; undefined where none is stored from then. */
  from: Version | undefined;
  to: Version | undefined;
  /** The lines of the unified diff, without its header; none when the texts are equal. */
  lines: string[];
  /** Why they cannot be compared. */
  problem?: string;
}

/** Compares two texts of an app; unless they are chosen, the current one with the one before. */
export async function readDiff(
  database: Database,
  appid: number,
  chosen: z.output<typeof diffQuery>,
): Promise<Diff> {
  const versions = await listVersions(database, appid, MOST_VERSIONS);
  const [current, previous] = versions;
  const nothing = { versions, from: undefined, to: undefined, lines: [] };
  if (!current) return nothing;
  const problem = findDictionaryBlocker();
  if (problem) return { ...nothing, problem: `${problem}.` };
  try {
    const from = await findVersion(database, appid, chosen.from ?? previous?.changeNumber ?? 0);
    const to = await findVersion(database, appid, chosen.to ?? current.changeNumber);
    return { versions, from, to, lines: from && to ? compare(from, to) : [] };
  } catch (error) {
    if (!(error instanceof DocumentDamaged)) throw error;
    return { ...nothing, problem: `A stored text is damaged: ${error.message}.` };
  }
}

function compare(from: { text: Buffer }, to: { text: Buffer }): string[] {
  const diff = diffTexts({ name: 'old', text: from.text }, { name: 'new', text: to.text });
  return plainLines(diff).replace(/\n$/, '').split('\n').slice(2);
}
