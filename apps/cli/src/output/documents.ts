import { UserError } from '@pics/core';
import { decodeDocument, DocumentDamaged, type AppDetails, type StoredDocument } from '@pics/database';
import { describeLedgerRow, formatAgo, formatCount, formatLocalTime } from '@pics/operations';

/** The text of a stored document. @throws UserError when it is damaged. */
export function openDocument(document: StoredDocument): Buffer {
  try {
    return decodeDocument(document);
  } catch (error) {
    if (!(error instanceof DocumentDamaged)) throw error;
    throw new UserError(
      `The stored document of app ${document.appid} is damaged: ${error.message}. To fetch it again: pics verify --fix`,
      { cause: error },
    );
  }
}

/** What a document is: its change number, when it was stored, and how much of the app it has. */
export function describeDocument(
  { part, changeNumber, fetchedAt, size }: StoredDocument,
  now = new Date(),
): string {
  const stored = `stored ${formatLocalTime(fetchedAt)}, ${formatAgo(fetchedAt, now)}`;
  const share = part === 'public' ? '; with an access token Steam sends more' : '';
  return `Change ${changeNumber}, ${stored}, ${formatCount(size - 1)} bytes${share}.`;
}

/** Why no document of an app is stored, and what to do. */
export function explainNoDocument(appid: number, details: AppDetails | undefined): string {
  const fetchIt = `Fetch it with: pics sync --appids ${appid}`;
  if (!details?.ledger) return `Nothing is known of app ${appid}. ${fetchIt}`;
  if (details.ledger.picsChangeNumber !== null) {
    const restricted =
      details.app?.picsAccess === 'restricted' ? ', or Steam sent nothing of it without an access token' : '';
    return (
      `No document of app ${appid} is stored, only its rows: they were written with DOCUMENTS=off ` +
      `or by an older version${restricted}. ${fetchIt}`
    );
  }
  const { word, detail } = describeLedgerRow(details.ledger, new Date());
  if (word === 'unknown') return `Steam knows no app ${appid}, or shows it to nobody.`;
  if (word === 'failed')
    return `App ${appid} failed ${detail}. Retry it with: pics requeue --appids ${appid}`;
  if (word === 'not asked for') return `App ${appid} was never asked for. ${fetchIt}`;
  return `Nothing of app ${appid} is stored yet: it is ${word}${detail && `, ${detail}`}.`;
}
