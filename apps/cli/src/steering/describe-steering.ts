import type { FleetSettings } from '@pics/database';
import { formatRate, formatTime } from '../output/format.ts';

/** What the fleet has been told, in one line. */
export function describeSteering({ fetchRate, pausedAt }: FleetSettings): string {
  const rate =
    fetchRate === null
      ? 'as FETCH_RATE_PER_SECOND of the producer says (2 unless set)'
      : `${formatRate(fetchRate)} requests/s, set live`;
  return `Rate of the fleet: ${rate}${pausedAt ? `; paused since ${formatTime(pausedAt)}` : ''}.`;
}
