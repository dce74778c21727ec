import { decodeDocument, type Database } from '@pics/database';
import { sql } from 'kysely';

/** A stored text of an app. */
export interface OpenedText {
  appid: number;
  part: 'full' | 'public' | null;
  changeNumber: number;
  lastChangeNumber: number;
  sha1: string;
  text: Buffer;
}

interface Row extends Omit<OpenedText, 'text'> {
  encoding: string;
  size: number;
  body: Buffer;
}

/**
 * Opens every text that is stored: documents, then of each app the older ones, the newest first, each with the one that was
 * opened before it.
 *
 * @param broken gets a description of each text that cannot be opened.
 */
export async function openTexts(database: Database, broken: string[]): Promise<OpenedText[]> {
  const { rows } = await sql<Row>`
    select appid, part, change_number, change_number as last_change_number, 0 as variant, 'zstd' as encoding,
      encode(sha1, 'hex') as sha1, size, body
    from app_documents
    union all
    select appid, null, change_number, last_change_number, variant, encoding, encode(sha1, 'hex'), size, body
    from app_versions
    order by appid, part nulls last, change_number desc, variant desc
  `.execute(database);
  const texts: OpenedText[] = [];
  let base: Buffer | undefined;
  for (const { encoding, size, body, ...row } of rows) {
    const { appid, part, changeNumber, sha1 } = row;
    try {
      const text = decodeDocument({ sha1, size, body }, encoding === 'zstd-delta' ? base : undefined);
      texts.push({ ...row, text });
      // Older texts lead to the full one where there is one.
      if (part !== 'public' || texts.at(-2)?.appid !== appid) base = text;
    } catch (error) {
      broken.push(`the text of app ${appid} at ${changeNumber} cannot be opened: ${String(error)}`);
    }
  }
  return texts;
}
