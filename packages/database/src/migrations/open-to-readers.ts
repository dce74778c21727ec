import { sql } from 'kysely';
import type { Database } from '../connection/connect-database.ts';
import {
  createReaderRole,
  grantReading,
  hasReaderRole,
  isDuplicateRole,
  lacksRights,
} from '../readers/open-catalogue.ts';

/**
 * Lets the role `pics_reader` read the catalogue, in the transaction of a migration. Where this user may not, nothing of it
 * happens, and `pics doctor` and `pics reader` say so.
 */
export async function openToReaders(trx: Database): Promise<void> {
  await sql`reset role`.execute(trx); // The user may create roles, and the owner that it acted as may not.
  for (let tries = 1; tries <= 2; tries += 1) {
    await sql`savepoint readers`.execute(trx);
    try {
      if (!(await hasReaderRole(trx))) await createReaderRole(trx);
      await grantReading(trx);
      return;
    } catch (error) {
      const isDuplicate = isDuplicateRole(error);
      if (!lacksRights(error) && !isDuplicate) throw error;
      await sql`rollback to savepoint readers`.execute(trx);
      if (!isDuplicate) return;
    }
  }
}
