import { UserError } from '@pics/core';
import { decodeDocument, DocumentDamaged, type StoredDocument, type Version } from '@pics/database';
import { formatAgo, formatCount, formatLocalTime } from '@pics/operations';

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

/** What a text is: its change number, when it was stored, and whether another one has replaced it. */
export function describeVersion(
  { changeNumber, seenAt, size, isCurrent }: Version,
  now = new Date(),
): string {
  const stored = `stored ${formatLocalTime(seenAt)}, ${formatAgo(seenAt, now)}`;
  return `Change ${changeNumber}, ${stored}, ${formatCount(size - 1)} bytes${isCurrent ? '' : '; replaced since'}.`;
}
