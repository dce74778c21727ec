import { TOLERATED_RATE } from '@pics/queue';
import type { Service } from '@pics/service';

/**
 * Logs that FETCH_RATE_PER_SECOND is higher than Steam is known to tolerate. The rate is used all the same. Servers that were
 * named by hand are not warned about: a simulator tolerates every rate.
 */
export function warnAboutFastRate({
  settings: { FETCH_RATE_PER_SECOND: requestsPerSecond, STEAM_CM_SERVERS: servers },
  log,
}: {
  settings: Pick<Service['settings'], 'FETCH_RATE_PER_SECOND' | 'STEAM_CM_SERVERS'>;
  log: Pick<Service['log'], 'warn'>;
}): void {
  if (requestsPerSecond <= TOLERATED_RATE || servers.length > 0) return;
  log.warn(
    { requestsPerSecond, tolerated: TOLERATED_RATE },
    'FETCH_RATE_PER_SECOND is higher than Steam is known to tolerate: it may refuse requests, and the fleet then pauses',
  );
}
