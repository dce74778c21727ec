import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { closeAtEnd } from '../../../../../test/support/cleanup.ts';
import { connectDatabase, type Database } from '../../connection/connect-database.ts';

const PASSWORD = 'generated';

/** Creates a user of the test's server, who is removed with all rights when the test is done. */
export async function addUser(db: Database, url: string, options = 'login'): Promise<string> {
  const name = `user_${randomBytes(6).toString('hex')}`;
  await sql.raw(`create role ${name} password '${PASSWORD}' ${options}`).execute(db);
  closeAtEnd(`user ${name}`, async () => {
    const again = connectDatabase(url, { maxConnections: 1, applicationName: 'test' });
    await sql.raw(`drop owned by ${name} cascade; drop role ${name}`).execute(again);
    await again.destroy();
  });
  return name;
}

/** Returns the URL with which a user that `addUser` created connects. */
export function urlOf(name: string, url: string): string {
  const changed = new URL(url);
  changed.username = name;
  changed.password = PASSWORD;
  return changed.href;
}
