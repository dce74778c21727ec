import { getFleetSettings, updateFleetSettings, type FleetSettings } from '@pics/database';
import {
  findRate,
  findRateWarning,
  formatLocalTime,
  formatRate,
  HIGHEST_RATE,
  LOWEST_RATE,
} from '@pics/operations';
import { InvalidArgumentError } from 'commander';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { print, printJson, printNote } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';

export const rateCommand = defineCommand(
  'rate',
  'Show or set how many requests per second the whole fleet makes',
  [
    ['rate', 'the current rate'],
    ['rate 1', 'one request per second from now on, however many fetchers there are'],
    ['rate 30/min', 'one every two seconds'],
    ['rate default', 'back to FETCH_RATE_PER_SECOND'],
  ],
)
  .argument('[rate]', 'N, N/s or N/min; Steam is known to tolerate 2 per second', parseRate)
  .action(async (fetchRate: number | null | undefined, { json }: CommonOptions) => {
    const settings = await useDatabase((database) =>
      fetchRate === undefined ? getFleetSettings(database) : updateFleetSettings(database, { fetchRate }),
    );
    if (json) printJson(settings);
    else print([describeRate(settings)]);
    const warning = settings.fetchRate === null ? undefined : findRateWarning(settings.fetchRate);
    if (warning !== undefined) printNote(warning);
  });

/** Parses requests per second: "2", "0.5/s", "30/min"; "default" is null and returns to the setting. */
export function parseRate(text: string): number | null {
  if (text === 'default') return null;
  const perSecond = findRate(text);
  if (perSecond !== undefined) return perSecond;
  throw new InvalidArgumentError(
    `It must be a number of requests from ${LOWEST_RATE} to ${HIGHEST_RATE} per second, such as 2, 0.5/s or 30/min, or default.`,
  );
}

function describeRate({ fetchRate, pausedAt }: FleetSettings): string {
  const rate =
    fetchRate === null
      ? 'the FETCH_RATE_PER_SECOND of the producer (2 unless set)'
      : `${formatRate(fetchRate)} requests/s, set live`;
  return `Rate of the fleet: ${rate}${pausedAt ? `; paused since ${formatLocalTime(pausedAt)}` : ''}.`;
}
