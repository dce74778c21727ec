import { createHash } from 'node:crypto';
import { extractApp } from '@pics/appinfo';
import type { AppBody } from '@pics/core';
import { encodeDocument, writeBatch, type Database } from '@pics/database';
import { sql } from 'kysely';

/** Stores these apps as a writer does, rows and documents; of an app, the responses in this order. */
export async function storeApps(database: Database, bodies: readonly AppBody[]): Promise<void> {
  for (const [index, body] of bodies.entries()) {
    const sha1 = createHash('sha1').update(body.body).digest('hex');
    const record = extractApp({ ...body, sha1 });
    await writeBatch(database, {
      batchId: `stored-${index}`,
      changeNumber: body.changeNumber,
      records: [record],
      unknown: [],
      failed: [],
      unanswered: [],
    });
    await storeDocument(database, body, record.access === 'public' ? 'full' : 'public');
  }
}

async function storeDocument(
  database: Database,
  { appid, changeNumber, body }: AppBody,
  part: 'full' | 'public',
): Promise<void> {
  const sha1 = createHash('sha1').update(body).digest();
  await sql`delete from app_documents where appid = ${appid} and (part = ${part} or ${part} = 'full')`.execute(
    database,
  );
  await sql`
    insert into app_documents (appid, part, change_number, sha1, size, body)
    values (${appid}, ${part}, ${changeNumber}, ${sha1}, ${body.length + 1}, ${encodeDocument(body)})
  `.execute(database);
}
