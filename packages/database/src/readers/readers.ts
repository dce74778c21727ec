import { UserError } from '@pics/core';
import { sql } from 'kysely';
import { DatabaseError } from 'pg';
import { connectDatabase, type Database } from '../connection/connect-database.ts';
import { findUser, hasReaderRole, lacksRights, openCatalogue, READER_ROLE } from './open-catalogue.ts';
import { generatePassword, hashPassword } from './password.ts';
import { readerUrl } from './reader-url.ts';

/** A user of the database who may read the catalogue. */
export interface Reader {
  name: string;
  /** False for a user whom somebody else made a member of `pics_reader`. */
  createdHere: boolean;
}

/** A reader who can log on from now on. */
export interface ReaderLogon {
  name: string;
  /** With the password, which is stored nowhere. */
  url: string;
  /** Undefined when the URL works, otherwise why connecting with it failed. */
  fault: string | undefined;
}

/** Marks the users that `createReader` created: only these are changed and dropped. */
const MARK = 'Reads the Steam catalogue. Created by pics reader.';

/** Lists the users who may read the catalogue as members of `pics_reader`, alphabetically. */
export async function getReaders(db: Database): Promise<Reader[]> {
  if (!(await hasReaderRole(db))) return [];
  // From 16 on, the user who created pics_reader is its administrator, and a member without its rights.
  const { rows } = await sql<Reader>`
    select rolname as name, coalesce(shobj_description(pg_roles.oid, 'pg_authid') = ${MARK}, false) as created_here
    from pg_auth_members join pg_roles on pg_roles.oid = member
    where roleid = ${READER_ROLE}::regrole and rolcanlogin and not rolsuper and pg_has_role(member, roleid, 'usage')
    group by pg_roles.oid, rolname order by rolname
  `.execute(db);
  return rows;
}

/**
 * Creates a user who may read the catalogue and change nothing, with a generated password.
 *
 * @param url the one that the database is connected with; the reader gets the same servers and options.
 * @throws UserError when the name is taken, or with a sentence that says which right is missing.
 */
export async function createReader(db: Database, url: string, name: string): Promise<ReaderLogon> {
  const lacking = await openCatalogue(db);
  if (lacking !== undefined) throw new UserError(lacking);
  const password = generatePassword();
  try {
    await sql`
      create role ${sql.id(name)} login password ${sql.lit(hashPassword(password))} in role ${sql.id(READER_ROLE)}
    `.execute(db);
    await sql`comment on role ${sql.id(name)} is ${sql.lit(MARK)}`.execute(db);
  } catch (error) {
    throw await explain(db, error, name);
  }
  return logOn(db, url, name, password);
}

/**
 * Gives a reader a new password. Connections that are open stay open.
 *
 * @throws UserError when `createReader` created no user of this name.
 */
export async function rotateReader(db: Database, url: string, name: string): Promise<ReaderLogon> {
  await requireReader(db, name);
  const password = generatePassword();
  try {
    await sql`alter role ${sql.id(name)} password ${sql.lit(hashPassword(password))}`.execute(db);
  } catch (error) {
    throw await explain(db, error, name);
  }
  return logOn(db, url, name, password);
}

/**
 * Drops a reader. What it has open can read nothing from then on.
 *
 * @throws UserError when `createReader` created no user of this name, or when the user owns something.
 */
export async function dropReader(db: Database, name: string): Promise<void> {
  await requireReader(db, name);
  try {
    await sql`drop role ${sql.id(name)}`.execute(db);
  } catch (error) {
    throw await explain(db, error, name);
  }
}

async function isOwnReader(db: Database, name: string): Promise<boolean> {
  return (await getReaders(db)).some((reader) => reader.createdHere && reader.name === name);
}

async function requireReader(db: Database, name: string): Promise<void> {
  if (await isOwnReader(db, name)) return;
  const readers = (await getReaders(db)).filter(({ createdHere }) => createdHere);
  const known = readers.map((reader) => reader.name).join(', ');
  throw new UserError(
    known === ''
      ? `There is no reader ${name}, nor any other.`
      : `There is no reader ${name}; there is: ${known}.`,
  );
}

/** Connects once with the new URL: a pooler, or a list of who may connect, may stand between. */
async function logOn(db: Database, url: string, name: string, password: string): Promise<ReaderLogon> {
  const own = readerUrl(url, await findUser(db), name, password);
  const reader = connectDatabase(own, { applicationName: 'pics-reader', maxConnections: 1 });
  try {
    await sql`select from apps limit 1`.execute(reader);
    return { name, url: own, fault: undefined };
  } catch (error) {
    return { name, url: own, fault: error instanceof Error ? error.message : String(error) };
  } finally {
    await reader.destroy();
  }
}

async function explain(db: Database, error: unknown, name: string): Promise<unknown> {
  if (!(error instanceof DatabaseError)) return error;
  if (error.code === '42710') {
    if (await isOwnReader(db, name)) {
      return new UserError(`${name} is a reader already. A new password: pics reader rotate ${name}`);
    }
    return new UserError(
      `There is already a user ${name}: choose another name, or let that user read with GRANT ${READER_ROLE} TO ${name}.`,
    );
  }
  if (error.code === '2BP01') {
    return new UserError(`${name} owns something or has other rights: ${error.detail ?? error.message}.`);
  }
  if (!lacksRights(error)) return error;
  const user = await findUser(db);
  // Postgres names the role when only its administrator is missing; the sentences differ between versions.
  return new UserError(
    error.message.includes(`"${READER_ROLE}"`)
      ? `The user ${user} may not admit readers: have an administrator run GRANT ${READER_ROLE} TO ${user} WITH ADMIN OPTION.`
      : `The user ${user} may not manage users here (${error.message}): have an administrator run ALTER ROLE ${user} CREATEROLE.`,
  );
}
