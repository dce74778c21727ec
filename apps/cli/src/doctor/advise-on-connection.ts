/** What to do when Postgres cannot be connected to, by what it, or the way to it, says. The first that fits counts. */
const ADVICE: readonly (readonly [sign: RegExp, advice: string])[] = [
  [
    /(ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)[^]*\bdb\.\w+\.supabase\.co/,
    'This host of Supabase answers over IPv6 only. Use the session pooler: Supabase, Connect, Session pooler (port 5432).',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'The name of the host does not resolve: look for a slip in DATABASE_URL.'],
  [/ECONNREFUSED/, 'Nothing listens there: start Postgres, or correct host and port in DATABASE_URL.'],
  [
    /ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|timeout/i,
    'Nothing answers: look for a firewall, or a host that is private to its platform.',
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
  [/does not support SSL/i, 'Take sslmode out of DATABASE_URL: this server cannot encrypt.'],
  [
    /certificate|self.signed|unable to verify/i,
    'Use sslmode=require, which encrypts without asking who signed, or name the certificate: sslmode=verify-full&sslrootcert=FILE.',
  ],
  [
    /too many (clients|connections)|53300|max clients/i,
    'Let something else disconnect, or raise max_connections (of the pooler, its pool size).',
  ],
];

/** What to do when Postgres cannot be connected to. */
export function adviseOnConnection(url: string, message: string): string {
  const host = URL.parse(url)?.hostname ?? '';
  const said = `${message} ${host}`;
  return ADVICE.find(([sign]) => sign.test(said))?.[1] ?? 'Try it with psql "$DATABASE_URL" to see more.';
}
