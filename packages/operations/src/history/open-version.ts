import { UserError } from '@pics/core';
import {
  DocumentDamaged,
  findApp,
  findDictionaryBlocker,
  findVersion,
  listVersions,
  type Database,
  type Version,
} from '@pics/database';
import { explainNoDocument } from './explain-no-document.ts';

/** A text of an app that is or was stored as its document. */
export interface OpenVersion extends Version {
  text: Buffer;
}

/**
 * Opens the text of an app that was valid at a change number, or the current one without a number.
 *
 * @throws UserError when there is none, or it cannot be opened; the message says why and what to do.
 */
export async function openVersion(
  database: Database,
  appid: number,
  changeNumber?: number,
): Promise<OpenVersion> {
  const blocker = findDictionaryBlocker();
  if (blocker) throw new UserError(`${blocker}.`);
  try {
    const version = await findVersion(database, appid, changeNumber);
    if (version) return version;
  } catch (error) {
    if (!(error instanceof DocumentDamaged)) throw error;
    throw new UserError(
      `A stored text of app ${appid} is damaged: ${error.message}. If it is the current one, this fetches it again: pics verify --fix`,
      { cause: error },
    );
  }
  const oldest = (await listVersions(database, appid)).at(-1);
  if (!oldest) throw new UserError(explainNoDocument(appid, await findApp(database, appid)));
  throw new UserError(`The oldest stored text of app ${appid} is from change ${oldest.changeNumber}.`);
}
