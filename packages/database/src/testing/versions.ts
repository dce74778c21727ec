import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import { encodeDocument } from '../documents/encode-document.ts';

/** A text of an app. */
export interface SeenText {
  changeNumber: number;
  /** Default: `changeNumber`. */
  lastChangeNumber?: number;
  variant?: number;
  text: string | Uint8Array;
}

/** Stores texts of an app as writes leave them, the last one as the document, every `wholeEvery`th version whole. */
export async function insertVersions(
  db: Database,
  appid: number,
  texts: readonly SeenText[],
  wholeEvery = 64,
): Promise<void> {
  let newer: Buffer | undefined;
  for (const [index, seen] of texts.toReversed().entries()) {
    const { changeNumber, lastChangeNumber = changeNumber, variant = 0 } = seen;
    const text = Buffer.from(seen.text);
    const sha1 = createHash('sha1').update(text).digest();
    if (newer === undefined) {
      await sql`
        with ledger as (
          insert into pics_app_ledger (id, stored_change_number, settled_change_number, wanted_change_number)
          values (${appid}, ${lastChangeNumber}, ${lastChangeNumber}, ${lastChangeNumber})
        )
        insert into app_documents (appid, part, change_number, sha1, size, body)
        values (${appid}, 'full', ${changeNumber}, ${sha1}, ${text.length + 1}, ${encodeDocument(text)})
      `.execute(db);
    } else {
      const whole = index % wholeEvery === 0;
      await sql`
        insert into app_versions
          (appid, change_number, variant, last_change_number, seen_at, sha1, size, encoding, body)
        values (${appid}, ${changeNumber}, ${variant}, ${lastChangeNumber}, now(), ${sha1}, ${text.length + 1},
          ${whole ? 'zstd' : 'zstd-delta'}, ${encodeDocument(text, whole ? undefined : newer)})
      `.execute(db);
    }
    newer = text;
  }
}
