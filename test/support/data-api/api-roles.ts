import { randomBytes } from 'node:crypto';
import { connectDatabase, type Database } from '@pics/database';
import { sql } from 'kysely';
import { closeAtEnd } from '../cleanup.ts';

/**
 * Creates Supabase's roles `anon` and `authenticated`, without rights, until the end of the test. All databases of a run share their roles, so these have names that
 * no other test uses.
 *
 * @returns changes the names in a statement to those.
 */
export async function createApiRoles(database: Database, url: string): Promise<(text: string) => string> {
  const suffix = randomBytes(6).toString('hex');
  const rename = (text: string) => text.replaceAll(/\b(anon|authenticated)\b/g, `$1_${suffix}`);
  for (const role of ['anon', 'authenticated'].map(rename)) {
    await sql`create role ${sql.id(role)} nologin`.execute(database);
    closeAtEnd(role, async () => {
      const again = connectDatabase(url, { maxConnections: 1, applicationName: 'test' });
      await sql`drop owned by ${sql.id(role)}`.execute(again);
      await sql`drop role ${sql.id(role)}`.execute(again);
      await again.destroy();
    });
  }
  return rename;
}
