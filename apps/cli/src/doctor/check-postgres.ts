import { connectDatabase, findPendingMigrations, inspectDatabase, type DatabaseFacts } from '@pics/database';
import { adviseOnConnection } from './advise-on-connection.ts';
import { checkClock } from './check-clock.ts';
import { findingsOf, type Finding } from './finding.ts';

/** The oldest that has every function the queries use (date_bin), and the oldest it is tried with. */
const OLDEST = 14;
const OLDEST_TRIED = 15;

const { fine, warning, problem } = findingsOf('Postgres');

/** Looks whether the database can be reached and is fit for its work. */
export async function checkPostgres(url: string): Promise<Finding[]> {
  let facts: DatabaseFacts;
  try {
    facts = await inspectDatabase(url);
  } catch (error) {
    const message = describe(error);
    return [problem(`it cannot be reached: ${message}`, adviseOnConnection(url, message))];
  }
  return [
    ...judgeDatabase(url, facts),
    await checkTables(url, facts),
    checkClock('Postgres', facts.clockAheadMs),
  ];
}

/** What there is to say about a server that can be reached. */
export function judgeDatabase(url: string, facts: DatabaseFacts): Finding[] {
  return [checkVersion(facts), checkPooler(facts), checkEncryption(url, facts), ...checkWritable(facts)];
}

function checkWritable({ writable }: DatabaseFacts): Finding[] {
  if (writable) return [];
  return [
    problem(
      'it only takes questions, no writes',
      'Name the primary server in DATABASE_URL, or look why its host made it read-only.',
    ),
  ];
}

function checkVersion({ version, majorVersion }: DatabaseFacts): Finding {
  if (majorVersion < OLDEST) return problem(`version ${version}`, `Move to ${OLDEST_TRIED} or newer.`);
  if (majorVersion < OLDEST_TRIED)
    return warning(`version ${version}`, `It is tried with ${OLDEST_TRIED} and newer.`);
  return fine(`version ${version}`);
}

function checkPooler({ transactionPooler }: DatabaseFacts): Finding {
  if (!transactionPooler) return fine('gives sessions, which leading and migrating need');
  return problem(
    'port 6543 is a transaction pooler: the producer cannot lead and nothing can migrate through it',
    'Use the session pooler or the database itself, port 5432.',
  );
}

/** What is on the machine itself, or on a network that only its owner sees. */
const PRIVATE =
  /^(localhost|127\.|\[::1\]|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[f[cd]|[^.]+$)|\.(internal|local)$/;

function checkEncryption(url: string, { encrypted }: DatabaseFacts): Finding {
  if (encrypted) return fine('the connection is encrypted');
  const host = URL.parse(url)?.hostname ?? '';
  if (PRIVATE.test(host)) return fine('the connection is not encrypted, and stays on a private network');
  return warning(
    `the connection to ${host} is not encrypted: whoever is between can read the password and the data`,
    'Add ?sslmode=require to DATABASE_URL.',
  );
}

async function checkTables(url: string, { mayCreateTables }: DatabaseFacts): Promise<Finding> {
  const database = connectDatabase(url, { applicationName: 'pics-doctor', maxConnections: 1 });
  try {
    const pending = await findPendingMigrations(database);
    if (pending.length === 0) return fine('all tables are there, in their newest version');
    const missing = `${pending.length} ${pending.length === 1 ? 'migration is' : 'migrations are'} missing`;
    return mayCreateTables
      ? problem(missing, 'Run: pics migrate')
      : problem(
          `${missing}, and this user may not create tables`,
          'Run pics migrate as the owner of the schema.',
        );
  } finally {
    await database.destroy();
  }
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error instanceof Error ? error.message : String(error);
}
