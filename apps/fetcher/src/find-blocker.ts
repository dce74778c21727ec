import type { SessionStatus } from '@pics/steam';
import { WRITE_QUEUE_HIGH_WATER } from './config.ts';

/**
 * Why a fetcher should take no job right now: there is no session with Steam, or the writer is too far behind. Without the
 * second check, a slow or unreachable Postgres would fill Redis with records.
 */
export async function findBlocker(
  session: SessionStatus,
  writeQueue: { countLive(): Promise<number> },
): Promise<string | undefined> {
  if (!session.loggedOn) return `no session with Steam: ${session.reason}`;
  const waiting = await writeQueue.countLive();
  return waiting >= WRITE_QUEUE_HIGH_WATER ? `${waiting} write jobs are waiting for the writer` : undefined;
}
