import type { Settings } from '@pics/service';

/** Settings that the board needs. */
export const required = ['DATABASE_URL', 'REDIS_URL'] as const;

/** The port for pages, health and metrics unless PORT is set. */
export const defaultPort = 3000;

/** Without credentials the board listens on this machine only. */
export function findHost(settings: Settings): string {
  return settings.BOARD_PASSWORD ? '::' : '127.0.0.1';
}
