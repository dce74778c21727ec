import type { Settings } from '@pics/service';

/** What the board cannot run without. */
export const required = ['DATABASE_URL', 'REDIS_URL'] as const;

/** The port of the board, health and metrics when PORT is not set. */
export const defaultPort = 3000;

/** Without credentials the board is for this machine alone. */
export function findHost(settings: Settings): string {
  return settings.BOARD_PASSWORD ? '::' : '127.0.0.1';
}
