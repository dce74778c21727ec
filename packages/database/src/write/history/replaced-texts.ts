import { decodeUndamaged } from '../../documents/decode-document.ts';
import type { StoredDocument } from '../../documents/find-documents.ts';
import type { NewText } from '../documents.ts';
import type { OlderText } from './version-rows.ts';

/** A new text, and the stored texts of its app with their bytes, the full one first. */
export interface Replacement extends NewText {
  stored: { document: StoredDocument; bytes: Uint8Array }[];
}

/** Decodes the stored texts of an app that has a new one. A damaged text counts as missing. */
export function decodeReplaced(text: NewText): Replacement {
  const stored = text.replaced.flatMap((document) => {
    const bytes = decodeUndamaged(document);
    return bytes ? [{ document, bytes }] : [];
  });
  return { ...text, stored };
}

/** The texts that a new one replaces: a full text replaces both parts, a public one only the public part. */
export function listReplacedTexts(
  next: Replacement,
  lastChangeNumberOf: (appid: number) => number | null,
): OlderText[] {
  const full = next.stored.find(({ document }) => document.part === 'full');
  const publicPart = next.stored.find(({ document }) => document.part === 'public');
  const before = full ?? publicPart;
  if (!before) return [];
  const after = next.part === 'public' && full ? full.bytes : next.bytes;
  const replaced = (next.part === 'full' ? [publicPart, full] : [publicPart]).filter(
    (text) => text !== undefined,
  );
  return replaced
    .filter(({ document }) => document.part !== next.part || document.sha1 !== next.sha1)
    .map(({ document, bytes }, index) => {
      const { appid, changeNumber, sha1, fetchedAt: seenAt } = document;
      // Nobody knows when Steam last sent a full text that has a newer public part beside it.
      const last = document.part === 'full' && publicPart ? changeNumber : lastChangeNumberOf(appid);
      return {
        appid,
        changeNumber,
        lastChangeNumber: Math.max(changeNumber, last ?? 0),
        seenAt,
        sha1,
        bytes,
        base: { before: index === 0 ? before.bytes : after, after },
      };
    });
}
