import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { createStorefrontCatalogue } from '../../../../test/support/storefront-catalogue.ts';
import type { Database } from '../connection/connect-database.ts';
import { findDatabaseBlocker } from '../connection/find-database-blocker.ts';
import { freshDatabase, openDatabase } from '../testing/support/fresh-database.ts';
import { addUser, urlOf } from '../testing/support/users.ts';
import { compareObjects, describeObjects } from './describe-objects.ts';
import { migrateToLatest, previewMigration } from './migrate-to-latest.ts';

/** The statement that a sentence ends with. */
function remedyIn(sentence: string, pattern: RegExp): string {
  const [statement] = pattern.exec(sentence) ?? [];
  if (statement === undefined) throw new Error(`no ${pattern.source} in: ${sentence}`);
  return statement;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it was not refused');
  expect(error.name).toBe('UserError');
  return error.message;
}

describe('a user who does not own the tables that are there', () => {
  let ownerUrl: string;
  let admin: Database;
  let owner: string;
  let user: string;
  let userUrl: string;

  beforeEach(async () => {
    const catalogue = await createStorefrontCatalogue({ pics: 'after' });
    ({ url: ownerUrl, owner } = catalogue);
    admin = openDatabase(catalogue.adminUrl);
    user = await addUser(admin, catalogue.adminUrl);
    await sql`grant all on schema public to ${sql.id(user)}`.execute(admin);
    userUrl = urlOf(user, catalogue.adminUrl);
  });

  test.for([migrateToLatest, previewMigration])(
    'is refused with what to grant, and leaves nothing that shuts the owner out (%o)',
    async (migrate) => {
      const before = await describeObjects(admin);
      const sentence = await refusal(migrate(userUrl));
      expect(sentence).toBe(
        `app_categories, app_developers, app_dlc and 15 more belong to ${owner}, and the user ${user} may not change them: ` +
          `migrate as ${owner}, or GRANT ${owner} TO ${user}`,
      );
      expect(compareObjects(before, await describeObjects(admin))).toEqual([]);
      expect((await migrateToLatest(ownerUrl)).length).toBeGreaterThan(10);
    },
  );

  test('can migrate after the GRANT that the sentence names, and the new tables belong to the owner', async () => {
    const sentence = await refusal(migrateToLatest(userUrl));
    await sql.raw(remedyIn(sentence, /GRANT "?owner_\w+"? TO "?user_\w+"?/)).execute(admin);
    expect((await migrateToLatest(userUrl)).length).toBeGreaterThan(10);
    const { rows } = await sql`
      select relname from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S') and relowner <> ${owner}::regrole
    `.execute(admin);
    expect(rows).toEqual([]);
    expect(await migrateToLatest(ownerUrl)).toEqual([]);
  });

  /** Gives the rights that a sentence names, until another pattern comes up. */
  async function giveRights(db: Database, statement: RegExp): Promise<string | undefined> {
    for (;;) {
      const sentence = await findDatabaseBlocker(db);
      const [found] = statement.exec(sentence ?? '') ?? [];
      if (found === undefined) return sentence;
      await sql.raw(found).execute(admin);
    }
  }

  test('works for the services once it has each right that they name', async () => {
    await migrateToLatest(ownerUrl);
    const db = openDatabase(userUrl);
    expect(await findDatabaseBlocker(db)).toMatch(
      /^the user user_\w+ lacks SELECT, INSERT, UPDATE, DELETE on (app_\w+, ){2}app_\w+ and \d+ more: GRANT/,
    );
    const sentence = (await giveRights(db, /GRANT .*/)) ?? '';
    expect(sentence).toMatch(
      /^row level security hides the rows of (app_\w+, ){2}app_\w+ and \d+ more from the user user_/,
    );
    await sql.raw(remedyIn(sentence, /ALTER ROLE user_\w+ BYPASSRLS/)).execute(admin);
    expect(await findDatabaseBlocker(db)).toBeUndefined();
  });

  test('passes row level security with the policy that the services name, on each table', async () => {
    await migrateToLatest(ownerUrl);
    const db = openDatabase(userUrl);
    await giveRights(db, /GRANT .*/);
    expect(await giveRights(db, /CREATE POLICY .*/)).toBeUndefined();
  });
});

test('a superuser who migrates leaves the new tables to the owner of those that are there', async () => {
  const { url, adminUrl, owner } = await createStorefrontCatalogue({ pics: 'before' });
  await migrateToLatest(adminUrl);
  const db = openDatabase(url);
  const { rows } = await sql`
    select relname from pg_class where relname like 'pics\\_%' and relkind = 'r' and relowner <> ${owner}::regrole
  `.execute(db);
  expect(rows).toEqual([]);
  expect(await findDatabaseBlocker(db)).toBeUndefined();
});

test('a user who may not create tables is refused with what to grant', async () => {
  const { url, db } = await freshDatabase({ migrated: false });
  const user = await addUser(db, url);
  const sentence = await refusal(migrateToLatest(urlOf(user, url)));
  expect(sentence).toMatch(/may not create tables in the schema public/);
  await sql.raw(remedyIn(sentence, /GRANT CREATE ON SCHEMA public TO "?user_\w+"?/)).execute(db);
  expect((await migrateToLatest(urlOf(user, url))).length).toBeGreaterThan(10);
});

test('a user who may not use the schema is refused with what to grant', async () => {
  const { url, db } = await freshDatabase();
  const user = await addUser(db, url);
  await sql`revoke usage on schema public from public`.execute(db);
  const sentence = `the user ${user} may not use the schema public: GRANT USAGE ON SCHEMA public TO ${user}`;
  expect(await refusal(migrateToLatest(urlOf(user, url)))).toBe(sentence);
  expect(await findDatabaseBlocker(openDatabase(urlOf(user, url)))).toBe(sentence);
});
