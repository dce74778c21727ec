import { accessSync, constants } from 'node:fs';
import { z } from 'zod';

const ENCODE =
  'characters such as @ : / ? # % in the user or the password must be written as %40 %3A %2F %3F %23 %25';

/** The modes that pg implements as Postgres documents them. `no-verify` is its own word for what Postgres calls require. */
const SSL_MODES = ['disable', 'no-verify', 'require', 'verify-ca', 'verify-full'];

/**
 * The schema of a connection string with one of these protocols. What it returns is the URL as it was parsed here, so what
 * was checked is what the client gets: clients disagree about blanks, quotes and characters that are not encoded.
 *
 * Its messages never contain a part of the string.
 */
export function connectionUrl(
  protocols: readonly string[],
  findProblem: (url: URL) => string | undefined = () => undefined,
) {
  return z.string().transform((text, context) => {
    const url = URL.parse(text.trim());
    const problem = findFault(text.trim(), protocols) ?? (url ? findProblem(url) : ENCODE);
    if (url && problem === undefined) return url.href;
    context.addIssue({ code: 'custom', message: problem ?? ENCODE });
    return z.NEVER;
  });
}

function findFault(text: string, protocols: readonly string[]): string | undefined {
  if (/^["'`]|["'`]$/.test(text)) return 'must be written without quotation marks around it';
  if (!protocols.some((protocol) => text.startsWith(`${protocol}://`))) {
    return `must be a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;
  }
  if (/[\t\r\n]/.test(text)) return 'contains a tab or a line break';
  if (text.includes('#')) return `contains a #: ${ENCODE}`;
  const url = URL.parse(text);
  // A / or ? in a password ends the host where nobody meant it to end: the @ then comes after it.
  if (!url || `${url.pathname}${url.search}`.includes('@')) return `is not a valid URL: ${ENCODE}`;
  if (!isDecodable(url)) return `contains a % that encodes no character: ${ENCODE}`;
  if (url.hostname.includes(',')) return 'names several hosts: only one is supported';
  return undefined;
}

function isDecodable({ username, password, pathname, hostname, search }: URL): boolean {
  try {
    for (const part of [username, password, pathname, hostname, search]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** What is wrong with a URL of Postgres. */
export function findPostgresProblem({ hostname, searchParams }: URL): string | undefined {
  if (hostname === '' && !searchParams.get('host')) return 'names no host';
  if (searchParams.getAll('sslmode').length > 1) return 'contains sslmode more than once';
  const mode = searchParams.get('sslmode');
  if (mode === 'allow' || mode === 'prefer') {
    return `contains sslmode=${mode}, which would choose by itself whether to encrypt: write require or disable`;
  }
  if (mode !== null && !SSL_MODES.includes(mode)) {
    return `contains an unknown sslmode: it must be disable, require, verify-ca or verify-full`;
  }
  if (mode === 'verify-ca' && !searchParams.get('sslrootcert')) {
    return 'contains sslmode=verify-ca without sslrootcert: add the file of the certificate authority, or write verify-full';
  }
  const unreadable = ['sslrootcert', 'sslcert', 'sslkey'].find((name) => {
    const file = searchParams.get(name);
    return file !== null && !isReadable(file);
  });
  return unreadable && `names a file as ${unreadable} that cannot be read`;
}

/** What is wrong with a URL of Redis. */
export function findRedisProblem({ hostname, pathname }: URL): string | undefined {
  if (hostname === '') return 'names no host';
  return /^\/?\d{0,5}$/.test(pathname) ? undefined : 'must end with the number of the database, such as /0';
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
