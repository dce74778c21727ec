import { sql, type Selectable, type Transaction } from 'kysely';
import { unnest } from '../../connection/unnest.ts';
import { decodeUndamaged } from '../../documents/decode-document.ts';
import { encodeDocument } from '../../documents/encode-document.ts';
import type { Schema } from '../../schema.ts';

/** A text to store as an older version of its app. */
export interface OlderText {
  appid: number;
  changeNumber: number;
  /** The last change number at which Steam is known to have sent it. */
  lastChangeNumber: number;
  /** When it was first seen; null means now. */
  seenAt: Date | null;
  /** In hex. */
  sha1: string;
  bytes: Uint8Array;
  /** The document that the newest version is a delta of, before this write and after it. */
  base: { before: Uint8Array; after: Uint8Array };
}

interface NewVersion extends Omit<OlderText, 'base'> {
  /** Its number among the texts with the same change number, from 0. */
  variant: number;
  /** The text to store it as a delta of; undefined stores it whole. */
  newer: Uint8Array | undefined;
}

/** A stored version with its text; undefined when it, or a text that it is a delta of, is damaged. */
export interface OpenedVersion extends Omit<Selectable<Schema['appVersions']>, 'body'> {
  bytes: Uint8Array | undefined;
}

const TYPES = {
  appid: 'integer',
  changeNumber: 'bigint',
  lastChangeNumber: 'bigint',
  variant: 'smallint',
  seenAt: 'timestamptz',
  size: 'integer',
  encoding: 'text',
  sha1: 'bytea',
  body: 'bytea',
} as const;
const COLUMNS = Object.keys(TYPES) as (keyof typeof TYPES)[];

/** Adds rows to `app_versions`. */
export async function addVersionRows(
  trx: Transaction<Schema>,
  versions: readonly NewVersion[],
): Promise<void> {
  if (versions.length === 0) return;
  const rows = versions.map(({ bytes, sha1, newer, ...version }) => ({
    ...version,
    size: bytes.length + 1, // Steam counts the NUL at the end.
    encoding: newer ? 'zstd-delta' : 'zstd',
    sha1: Buffer.from(sha1, 'hex'),
    body: encodeDocument(bytes, newer),
  }));
  await trx
    .insertInto('appVersions')
    .columns([...COLUMNS])
    .expression(
      trx
        .selectFrom(unnest(rows, TYPES))
        // Kysely cannot know that `encoding` holds only the words that the column allows.
        .select(COLUMNS.map((column) => valueOf(column).as(column)))
        .orderBy('appid'),
    )
    .execute();
}

function valueOf(column: keyof typeof TYPES) {
  const value = sql.ref<never>(`next.${column}`);
  return column === 'seenAt' ? sql<never>`coalesce(${value}, now())` : value;
}

/** Reads all versions of an app, the oldest first. */
export async function openVersions(
  trx: Transaction<Schema>,
  appid: number,
  document: Uint8Array,
): Promise<OpenedVersion[]> {
  const rows = await trx
    .selectFrom('appVersions')
    .selectAll()
    .where('appid', '=', appid)
    .orderBy('changeNumber', 'desc')
    .orderBy('variant', 'desc')
    .execute();
  let newer: Uint8Array | undefined = document;
  return rows
    .map(({ body, ...version }): OpenedVersion => {
      newer = open({ ...version, body }, newer);
      return { ...version, bytes: newer };
    })
    .toReversed();
}

function open(
  { encoding, sha1, size, body }: Selectable<Schema['appVersions']>,
  newer: Uint8Array | undefined,
): Uint8Array | undefined {
  const isDelta = encoding === 'zstd-delta';
  if (isDelta && !newer) return undefined;
  return decodeUndamaged({ sha1: sha1.toString('hex'), size, body }, isDelta ? newer : undefined);
}

/** Stores a version as a delta of another text than before, unless it is whole or cannot be read. */
export async function encodeAgain(
  trx: Transaction<Schema>,
  version: OpenedVersion | undefined,
  newer: Uint8Array,
): Promise<void> {
  if (version?.encoding !== 'zstd-delta' || !version.bytes) return;
  await trx
    .updateTable('appVersions')
    .set({ body: encodeDocument(version.bytes, newer) })
    .where('appid', '=', version.appid)
    .where('changeNumber', '=', version.changeNumber)
    .where('variant', '=', version.variant)
    .execute();
}
