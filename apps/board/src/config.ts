import type { Settings } from '@pics/service';

/** Settings that the board needs. */
export const required = ['DATABASE_URL', 'REDIS_URL'] as const;

/** The port for pages, health and metrics unless PORT is set. */
export const defaultPort = 3000;

/** Without credentials the board listens on this machine only. */
export function findHost(settings: Settings): string | undefined {
  return settings.BOARD_PASSWORD ? undefined : '127.0.0.1';
}

/** Where browsers find the board. */
export interface PublicAddress {
  /** Unset: the host that requests name. */
  origin: string | undefined;
  /** The path of the overview, which every link begins with. It ends with a slash. */
  path: string;
}

/** The public address that BOARD_PUBLIC_URL sets; by default the board is at the root of its host. */
export function findPublicAddress(url: string | undefined): PublicAddress {
  if (url === undefined) return { origin: undefined, path: '/' };
  const { origin, pathname } = new URL(url);
  return { origin, path: pathname.endsWith('/') ? pathname : `${pathname}/` };
}

/** The installation this board controls, shown as a badge on every page to tell production from a local machine. */
export interface Environment {
  label: string;
  level: 'quiet' | 'busy' | 'warn';
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Names the environment after its platform (Railway), or after the host of the database. No other part of the URL is shown.
 */
export function describeEnvironment(
  databaseUrl: string,
  variables: Readonly<Record<string, string>>,
): Environment {
  const host = URL.parse(databaseUrl)?.hostname || 'localhost';
  const label = variables['RAILWAY_ENVIRONMENT_NAME'] ?? (LOOPBACK.test(host) ? 'this machine' : host);
  if (/prod/i.test(label)) return { label, level: 'warn' };
  return { label, level: label === 'this machine' ? 'quiet' : 'busy' };
}
