import { getFleetSettings, type Database } from '@pics/database';
import type { Progress } from './progress.ts';

/** How long the line may take to get going, or rest between two batches, before that is worth a word. */
const PATIENCE_MS = 20_000;

/**
 * What somebody who waits should know: that the fleet is paused, or that nothing moves although apps are wanted.
 *
 * @param watchedMs for how long the progress has been looked at.
 */
export async function findRemark(
  database: Database,
  { counts, scanned }: Progress,
  appsPerSecond: number | undefined,
  watchedMs: number,
): Promise<string | undefined> {
  const { pausedAt } = await getFleetSettings(database);
  if (pausedAt) return 'paused: pics resume';
  const waits = counts.wanted + counts.inFlight > 0 && scanned === undefined;
  if (waits && appsPerSecond === 0 && watchedMs > PATIENCE_MS) return 'nothing moves: pics doctor';
  return undefined;
}
