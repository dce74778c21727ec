import { UserError } from '@pics/core';
import { listVersions, type Database, type Version } from '@pics/database';
import { diffVersions } from '@pics/operations';
import { z } from 'zod';
import { changeParameter } from './event-query.ts';

/** Older texts beyond these are not offered; the address of the page can name them. */
const MOST_VERSIONS = 500;

export const diffQuery = z.object({ from: changeParameter, to: changeParameter });

export interface Diff {
  /** The texts to choose from, the newest first. */
  versions: Version[];
  /** The two that are compared, or were to be; undefined when there are none. */
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
  const current = versions[0]?.changeNumber;
  const previous = versions.find(({ changeNumber }) => changeNumber < (current ?? 0))?.changeNumber;
  const { from = previous ?? 0, to = current } = chosen;
  try {
    const diff = await diffVersions(database, appid, { from, to });
    return { versions, from: diff.from, to: diff.to, lines: diff.lines.slice(2) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      versions,
      from: nearest(versions, from),
      to: nearest(versions, to),
      lines: [],
      problem: error.message,
    };
  }
}

/** The text that was valid at a change number, or the first one after it. */
function nearest(versions: readonly Version[], number = 0): Version | undefined {
  return versions.find(({ changeNumber }) => changeNumber <= number) ?? versions.at(-1);
}
