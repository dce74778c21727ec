import { connectDatabase, migrateToLatest, writeBatch, type Database } from '@pics/database';
import { sql } from 'kysely';
import { Client } from 'pg';
import { fullRecord, recordWith, writeJob } from '../../packages/database/src/testing/app-record.ts';
import { addUser, urlOf } from '../../packages/database/src/testing/support/users.ts';
import { closeAtEnd } from './cleanup.ts';
import { createApiRoles } from './data-api/api-roles.ts';
import { startDataApi } from './data-api/start-data-api.ts';
import { createTestDatabase } from './database.ts';
import { readBlocks } from './read-page.ts';

export const SUPABASE_PAGE = 'docs/supabase.md';

/** The SQL of a section of the page. */
export function readSupabaseSql(section: string): string[] {
  return readBlocks(SUPABASE_PAGE).flatMap((block) =>
    block.section === section && block.language === 'sql' ? block.text : [],
  );
}

export interface Catalogue {
  /** As a superuser. */
  url: string;
  /** As the owner of the tables. */
  database: Database;
  /** Runs a statement of the page, with the names that its roles have here. */
  run: (statement: string) => Promise<void>;
  /** What the role sees of a table: the number of its rows, or why none. */
  see: (role: string, table: string) => Promise<number | string>;
  /** The URL of a data API that reads it as this role. */
  serve: (role: string) => Promise<string>;
}

/** A database with Supabase's roles, whose tables belong to no superuser, and two apps, of which one is the DLC of the other; 440 and 700. */
export async function createSupabaseCatalogue(): Promise<Catalogue> {
  const { url } = await createTestDatabase({ migrated: false });
  const admin = connect(url);
  const owner = await addUser(admin, url, 'login createrole');
  await sql`alter schema public owner to ${sql.id(owner)}`.execute(admin);
  // Where nobody has migrated before, the owner creates this role, and may grant it.
  await sql`grant pics_reader to ${sql.id(owner)} with admin option`.execute(admin);
  await migrateToLatest(urlOf(owner, url));
  const database = connect(urlOf(owner, url));
  const records = [
    fullRecord(440, 900, { developers: ['Valve'] }),
    recordWith(700, 900, {
      name: 'Foggy Lighthouse',
      type: 'dlc',
      parentAppid: 440,
      tagIds: [1, 2, 3, 4, 5, 6],
    }),
  ];
  await writeBatch(database, writeJob({ records }));
  await sql`update steam_tags set name = 'Tag ' || tag_id where name is null`.execute(database);
  const rename = await createApiRoles(admin, url);
  const count = async (role: string, table: string) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(`set role ${rename(role)}`);
      const { rows } = await client.query<{ count: number }>(`select count(*)::integer from ${table}`);
      return rows[0]?.count ?? 0;
    } finally {
      await client.end();
    }
  };
  return {
    url,
    database,
    run: async (statement) => void (await sql.raw(rename(statement)).execute(database)),
    see: (role, table) => count(role, table).catch((error: Error) => error.message),
    serve: (role) => startDataApi(url, rename(role)),
  };
}

function connect(url: string): Database {
  const database = connectDatabase(url, { applicationName: 'test', maxConnections: 2 });
  closeAtEnd('database', () => database.destroy());
  return database;
}
