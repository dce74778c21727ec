import { getFeed, getFleetSettings } from '@pics/database';
import { environment, parseSettings, SettingsError, type Settings } from '@pics/service';
import { UserError } from '@pics/core';
import { getServerUrl } from '../servers/get-server-url.ts';
import { useDatabase } from '../servers/use-database.ts';
import { useQueues } from '../servers/use-queues.ts';
import { adviseOnRedis } from './advise-on-redis.ts';
import { checkFleet } from './check-fleet.ts';
import { checkPostgres } from './check-postgres.ts';
import { checkRedis } from './check-redis.ts';
import { checkSteam } from './check-steam.ts';
import { findingsOf, type Finding } from './finding.ts';

/**
 * Looks at everything the line stands on. What is in the way of one look hinders none of the others, except that with wrong
 * settings nothing else is looked at: it would be looked for in the wrong place.
 */
export async function examine(): Promise<Finding[]> {
  const { fine, problem } = findingsOf('Settings');
  let settings: Settings;
  try {
    settings = parseSettings(environment(), []);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message
      .split('\n')
      .map((fault) => problem(fault, 'Correct it; pics config shows all settings.'));
  }
  const { simulated, pausedAt } = await readState();
  const findings = await Promise.all([
    look('Postgres', 'DATABASE_URL', () => checkPostgres(getServerUrl('DATABASE_URL'))),
    look('Redis', 'REDIS_URL', () =>
      useQueues(async (queues) => [...(await checkRedis(queues)), ...(await checkFleet(queues, pausedAt))]),
    ),
    checkSteam(settings.STEAM_CM_SERVERS, simulated),
  ]);
  return [fine('all valid'), ...findings.flat()];
}

/** What the database knows of the fleet; why it cannot be asked, the look at Postgres tells. */
async function readState(): Promise<{ simulated: boolean; pausedAt: Date | null }> {
  try {
    return await useDatabase(async (database) => {
      const [{ source }, { pausedAt }] = await Promise.all([getFeed(database), getFleetSettings(database)]);
      return { simulated: source === 'simulator', pausedAt };
    });
  } catch {
    return { simulated: false, pausedAt: null };
  }
}

async function look(subject: string, variable: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    const { problem } = findingsOf(subject);
    if (error instanceof SettingsError) return [problem(error.message, `Set ${variable}, or run: npm start`)];
    // Postgres says itself why it cannot be reached; see checkPostgres.
    if (error instanceof UserError) return [problem(error.message, adviseOnRedis(error.message))];
    throw error;
  }
}
