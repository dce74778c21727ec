import { hash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { unnest } from '../connection/unnest.ts';
import { encodeDocument } from '../documents/encode-document.ts';
import { findDocuments, type StoredDocument } from '../documents/find-documents.ts';
import type { Schema } from '../schema.ts';
import type { Outcome } from './outcomes.ts';
import { rowCounts, type RowCounts } from './row-changes.ts';
import { writeSections, type ToSections } from './sections.ts';

export interface DocumentOptions {
  /** Whether to store texts. If not, stored ones are deleted once Steam sends something else. */
  areStored: boolean;
  /** The sections of a text to store as JSON too. */
  toSections: ToSections;
}

/** A text that Steam sent. */
export interface Document {
  appid: number;
  /** `public` is what Steam sends without a token. */
  part: 'full' | 'public';
  changeNumber: number;
  bytes: Uint8Array;
  /** In hex. */
  sha1: string;
}

/** A text that differs from the stored one. */
export interface NewText extends Document {
  /** The stored texts of the app before it, the full one first. */
  replaced: StoredDocument[];
}

/** What is stored of an app: the SHA-1 of each part, in hex. */
type Stored = Partial<Record<Document['part'], string>>;

/**
 * Stores the texts and sections of these outcomes, none of which may be older than what is stored. An unchanged text is
 * neither compressed nor written.
 *
 * A full text replaces the full one, and deletes the public one, which is older. A public text leaves the full one, which
 * contains more. So an app has a full document, a public one, or a full one and a newer public one.
 */
export async function writeDocuments(
  trx: Transaction<Schema>,
  outcomes: readonly Outcome[],
  { areStored, toSections }: DocumentOptions,
): Promise<{ rows: Record<'appDocuments' | 'appSections', RowCounts>; newTexts: NewText[] }> {
  const documents = outcomes.flatMap(toDocument);
  const stored = await findStored(trx, documents);
  if (!areStored) return { rows: await deleteOutdated(trx, documents, stored), newTexts: [] };
  const storedOf = ({ appid }: Document) => stored.get(appid) ?? {};
  const isNew = (document: Document) => storedOf(document)[document.part] !== document.sha1;
  const endsPublicPart = (document: Document) => document.part === 'full' && 'public' in storedOf(document);

  const different = documents.filter((document) => isNew(document) || endsPublicPart(document));
  const newTexts = await addReplaced(trx, different, stored);
  const written = documents.filter(isNew);
  await upsert(trx, written);
  const outdated = documents.filter(endsPublicPart).map(({ appid }) => appid);
  await deleteDocuments(trx, outdated, ['public']);
  const changed = written.filter((document) => document.part in storedOf(document)).length;
  const appDocuments = rowCounts({
    added: written.length - changed,
    changed,
    removed: outdated.length,
    unchanged: documents.length - written.length,
  });
  const appSections = await writeSections(
    trx,
    different.map(({ appid, part, bytes }) => ({ appid, part, sections: toSections(bytes) })),
  );
  return { rows: { appDocuments, appSections }, newTexts };
}

async function addReplaced(
  trx: Transaction<Schema>,
  documents: readonly Document[],
  stored: ReadonlyMap<number, Stored>,
): Promise<NewText[]> {
  const appids = documents.map(({ appid }) => appid).filter((appid) => stored.has(appid));
  const found = appids.length > 0 ? await findDocuments(trx, appids) : [];
  const byApp = Map.groupBy(found, ({ appid }) => appid);
  return documents.map((document) => ({ ...document, replaced: byApp.get(document.appid) ?? [] }));
}

function toDocument(outcome: Outcome): Document[] {
  if (outcome.result !== 'record' || outcome.body === undefined) return [];
  const { record, body: bytes } = outcome;
  return [
    {
      appid: record.appid,
      part: record.access === 'public' ? 'full' : 'public',
      changeNumber: record.changeNumber,
      bytes,
      sha1: hash('sha1', bytes, 'hex'),
    },
  ];
}

async function findStored(
  trx: Transaction<Schema>,
  documents: readonly Document[],
): Promise<Map<number, Stored>> {
  const stored = new Map<number, Stored>();
  if (documents.length === 0) return stored;
  const rows = await trx
    .selectFrom('appDocuments')
    .select(['appid', 'part', sql<string>`encode(sha1, 'hex')`.as('sha1')])
    .where('appid', '=', (eb) => eb.fn.any(eb.val(documents.map(({ appid }) => appid))))
    .execute();
  for (const { appid, part, sha1 } of rows) stored.set(appid, { ...stored.get(appid), [part]: sha1 });
  return stored;
}

async function upsert(trx: Transaction<Schema>, documents: readonly Document[]): Promise<void> {
  if (documents.length === 0) return;
  const rows = documents.map(({ appid, part, changeNumber, bytes, sha1 }) => ({
    appid,
    part,
    changeNumber,
    sha1: Buffer.from(sha1, 'hex'),
    size: bytes.length + 1, // Steam counts the NUL at the end.
    body: encodeDocument(bytes),
  }));
  const types = {
    appid: 'integer',
    part: 'text',
    changeNumber: 'bigint',
    sha1: 'bytea',
    size: 'integer',
    body: 'bytea',
  } as const;
  await trx
    .insertInto('appDocuments')
    .columns(['appid', 'part', 'changeNumber', 'sha1', 'size', 'body'])
    .expression(trx.selectFrom(unnest(rows, types)).selectAll())
    .onConflict((conflict) =>
      conflict.columns(['appid', 'part']).doUpdateSet((eb) => ({
        changeNumber: eb.ref('excluded.changeNumber'),
        sha1: eb.ref('excluded.sha1'),
        size: eb.ref('excluded.size'),
        body: eb.ref('excluded.body'),
        fetchedAt: sql`now()`,
      })),
    )
    .execute();
}

/** Deletes the texts and sections of apps for which Steam now sends another text, since the new one is not stored. */
async function deleteOutdated(
  trx: Transaction<Schema>,
  documents: readonly Document[],
  stored: ReadonlyMap<number, Stored>,
) {
  const outdated = documents.flatMap(({ appid, part, sha1 }) => {
    const parts = stored.get(appid);
    if (!parts) return [];
    const isCurrent = parts[part] === sha1 && !(part === 'full' && 'public' in parts);
    return isCurrent ? [] : [appid];
  });
  const removed = await deleteDocuments(trx, outdated);
  if (removed === 0) return { appDocuments: rowCounts({}), appSections: rowCounts({}) };
  const sections = await trx
    .deleteFrom('appSections')
    .where('appid', '=', (eb) => eb.fn.any(eb.val(outdated)))
    .executeTakeFirst();
  return {
    appDocuments: rowCounts({ removed }),
    appSections: rowCounts({ removed: Number(sections.numDeletedRows) }),
  };
}

async function deleteDocuments(
  trx: Transaction<Schema>,
  appids: readonly number[],
  parts: readonly Document['part'][] = ['full', 'public'],
): Promise<number> {
  if (appids.length === 0) return 0;
  const deleted = await trx
    .deleteFrom('appDocuments')
    .where('appid', '=', (eb) => eb.fn.any(eb.val(appids)))
    .where('part', 'in', parts)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}
