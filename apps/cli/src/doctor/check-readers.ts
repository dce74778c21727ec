import { findBlindUsers, findClosedRelations, type Database } from '@pics/database';
import { resultsFor, type CheckResult } from './check-result.ts';

const { fine, warning } = resultsFor('Readers');

/** Checks whether those who may read the catalogue see it. Its tables must be up to date. */
export async function checkReaders(database: Database): Promise<CheckResult[]> {
  const [closed, blind] = await Promise.all([findClosedRelations(database), findBlindUsers(database)]);
  const results = blind.map(({ name, tables }) =>
    warning(
      `${name} may select from ${listTables(tables)} and gets no row and no error: row level security is on`,
      `If it is to read the catalogue: GRANT pics_reader TO ${name}`,
    ),
  );
  if (closed.length > 0) {
    return [
      ...results,
      warning(
        `the role pics_reader may not read ${listTables(closed)}`,
        'Run: pics migrate; where the user of DATABASE_URL lacks a right, pics reader create says which.',
      ),
    ];
  }
  return results.length > 0 ? results : [fine('users that pics reader creates can read the catalogue')];
}

const SHOWN = 2;

function listTables(tables: readonly string[]): string {
  const more = tables.length - SHOWN;
  if (more <= 0) return tables.join(' and ');
  return `${tables.slice(0, SHOWN).join(', ')} and ${more} more table${more === 1 ? '' : 's'}`;
}
