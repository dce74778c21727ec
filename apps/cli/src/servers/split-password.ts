/** The parameters of a URL that psql takes; it refuses those that are for other clients, such as pgbouncer=true. */
const KNOWN_TO_PSQL = new Set([
  'application_name',
  'channel_binding',
  'connect_timeout',
  'dbname',
  'host',
  'options',
  'port',
  'sslcert',
  'sslkey',
  'sslmode',
  'sslrootcert',
  'target_session_attrs',
  'user',
]);

/** Splits the URL of a Postgres into one that psql understands, without the password, and the password. */
export function splitPassword(databaseUrl: string): { url: string; password: string | undefined } {
  const url = new URL(databaseUrl);
  const password = url.searchParams.get('password') ?? decodeURIComponent(url.password);
  url.password = '';
  const known = [...url.searchParams].filter(([name]) => KNOWN_TO_PSQL.has(name));
  // URLSearchParams would write a blank as +, which Postgres does not read as one.
  url.search = known.map(([name, value]) => `${name}=${encodeURIComponent(translate(value))}`).join('&');
  return { url: url.href, password: password || undefined };
}

/** The client of the services has its own word for what Postgres calls require. */
function translate(value: string): string {
  return value === 'no-verify' ? 'require' : value;
}
