import { types, type ClientConfig } from 'pg';

/** How long to wait for a connection before the database counts as unavailable. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Idle connections are probed this often, so that a peer that vanished without a word is noticed. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/**
 * The settings of one connection to this URL: everything the URL says, change numbers (int8) as JavaScript numbers, and
 * a connection that notices when its other end is gone.
 */
export function connectionSettings(url: string, applicationName: string): ClientConfig {
  return {
    connectionString: withStandardSslModes(url),
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    types: {
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
    },
  };
}

/**
 * `sslmode` as Postgres documents it: `require` encrypts without verifying who signed the certificate (hosted databases sign
 * their own), `verify-full` verifies it. pg 8 treats all modes as `verify-full` without this parameter; pg 9 will not.
 */
function withStandardSslModes(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  const mode = parsed.searchParams.get('sslmode');
  if (mode === null || mode === 'no-verify' || parsed.searchParams.has('uselibpqcompat')) return url;
  parsed.searchParams.set('uselibpqcompat', 'true');
  return parsed.toString();
}
