import {
  connectDatabase,
  findMissingOwnership,
  findMissingRights,
  findPendingMigrations,
  inspectDatabase,
  type DatabaseFacts,
} from '@pics/database';
import { checkReaders } from './check-readers.ts';
import { checkClock, findAdvice, resultsFor, type CheckResult } from './check-result.ts';

/** The oldest with every function that the queries use (date_bin), and the oldest that is tested. */
const OLDEST = 14;
const OLDEST_TESTED = 15;

const { fine, warning, problem } = resultsFor('Postgres');

/** Checks whether the database can be reached and is fit for its work. */
export async function checkPostgres(url: string): Promise<CheckResult[]> {
  let facts: DatabaseFacts;
  try {
    facts = await inspectDatabase(url);
  } catch (error) {
    const message = describe(error);
    return [problem(`it cannot be reached: ${message}`, adviseOnPostgres(url, message))];
  }
  return [...checkFacts(url, facts), ...(await checkTables(url)), checkClock('Postgres', facts.clockAheadMs)];
}

/** Checks a server that can be reached. */
export function checkFacts(url: string, facts: DatabaseFacts): CheckResult[] {
  return [
    checkVersion(facts),
    checkPooler(facts),
    checkEncryption(url, facts),
    ...checkEncoding(facts),
    ...checkWritable(facts),
  ];
}

function checkVersion({ version, majorVersion }: DatabaseFacts): CheckResult {
  if (majorVersion < OLDEST) return problem(`version ${version}`, `Move to ${OLDEST_TESTED} or newer.`);
  if (majorVersion < OLDEST_TESTED) {
    return warning(`version ${version}`, `Only ${OLDEST_TESTED} and newer are tested.`);
  }
  return fine(`version ${version}`);
}

function checkPooler({ transactionPooler }: DatabaseFacts): CheckResult {
  if (!transactionPooler) return fine('provides sessions, which leading and migrating need');
  return problem(
    'a transaction pooler, which gives each transaction another connection: the producer cannot lead and nothing can migrate through it',
    'Use the session pooler or the database itself (at Supabase, port 5432 instead of 6543).',
  );
}

/** Hosts on the machine itself, or on a network that only its owner sees. */
const PRIVATE =
  /^(localhost|127\.|\[::1\]|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[f[cd]|[^.]+$)|\.(internal|local)$/;

function checkEncryption(url: string, { encrypted }: DatabaseFacts): CheckResult {
  if (encrypted) return fine('the connection is encrypted');
  const host = URL.parse(url)?.hostname ?? '';
  if (PRIVATE.test(host)) return fine('the connection is not encrypted, and stays on a private network');
  return warning(
    `the connection to ${host} is not encrypted: anyone in between can read the password and the data`,
    'Add ?sslmode=require to DATABASE_URL.',
  );
}

function checkEncoding({ encoding }: DatabaseFacts): CheckResult[] {
  if (encoding === 'UTF8') return [];
  return [
    problem(
      `its encoding is ${encoding}, which cannot hold every name`,
      "Create a database with UTF8: create database steam encoding 'UTF8' template template0.",
    ),
  ];
}

function checkWritable({ standby, writable }: DatabaseFacts): CheckResult[] {
  if (standby) {
    return [problem('it is a standby, which only reads', 'Name the primary server in DATABASE_URL.')];
  }
  if (writable) return [];
  return [
    problem(
      'it is read-only',
      'Find out what made it read-only: its host (a full disk, for one), or default_transaction_read_only of the server, the database or the role.',
    ),
  ];
}

async function checkTables(url: string): Promise<CheckResult[]> {
  const database = connectDatabase(url, { applicationName: 'pics-doctor', maxConnections: 1 });
  try {
    const rights = await findMissingRights(database);
    if (rights) return [problem(rights, GIVE_RIGHTS)];
    const pending = await findPendingMigrations(database);
    if (pending.length === 0) return [fine('all tables are up to date'), ...(await checkReaders(database))];
    const missing = `${pending.length} ${pending.length === 1 ? 'migration is' : 'migrations are'} missing`;
    const ownership = await findMissingOwnership(database);
    if (!ownership) return [problem(missing, 'Run: pics migrate')];
    return [problem(`${missing}, and ${ownership}`, `${GIVE_RIGHTS} Or run pics migrate as the owner.`)];
  } finally {
    await database.destroy();
  }
}

const GIVE_RIGHTS = 'Have the owner of the tables, or a superuser, run the statements that this names.';

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error instanceof Error ? error.message : String(error);
}

const ADVICE: readonly (readonly [sign: RegExp, advice: string])[] = [
  [
    /(ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)[^]*\bdb\.\w+\.supabase\.co/,
    'This Supabase host is reachable over IPv6 only. Use the session pooler: Supabase, Connect, Session pooler (port 5432).',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'The host name does not resolve: check DATABASE_URL for a typo.'],
  [/ECONNREFUSED/, 'Nothing listens there: start Postgres, or correct host and port in DATABASE_URL.'],
  [
    /ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|timeout/i,
    'No response: look for a firewall, or a host that is private to its platform.',
  ],
  [
    /tenant or user not found/i,
    "The user of Supabase's pooler is postgres.<project>, and the host must be that of the project's region.",
  ],
  [
    /password authentication failed|28P01|28000/,
    'Correct user and password in DATABASE_URL; characters such as @ : / # in a password are written as %40 %3A %2F %23.',
  ],
  [
    /database "[^"]*" does not exist|3D000/,
    'Create that database, or correct the name at the end of DATABASE_URL.',
  ],
  [
    /no encryption|SSL( connection)? (is )?required|no pg_hba\.conf entry/i,
    'Add ?sslmode=require to DATABASE_URL.',
  ],
  [/does not support SSL/i, 'Remove sslmode from DATABASE_URL: this server cannot encrypt.'],
  [
    /certificate|self.signed|unable to verify/i,
    'Use sslmode=require, which encrypts without checking the issuer, or name the certificate: sslmode=verify-full&sslrootcert=FILE.',
  ],
  [
    /too many (clients|connections)|53300|max clients/i,
    'Disconnect other clients, or raise max_connections (of the pooler, its pool size).',
  ],
];

/** What to do when Postgres cannot be connected to. */
export function adviseOnPostgres(url: string, message: string): string {
  const host = URL.parse(url)?.hostname ?? '';
  return findAdvice(ADVICE, `${message} ${host}`) ?? 'Try pics psql to see more.';
}
