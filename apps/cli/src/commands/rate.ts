import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { parseRate } from '../steering/parse-rate.ts';

export const rateCommand = defineCommand(
  'rate',
  'Show or set how many requests a second the whole fleet makes',
  [
    ['rate', 'what it is'],
    ['rate 1', 'one request a second, from now on, however many fetchers there are'],
    ['rate 30/min', 'one every two seconds'],
    ['rate default', 'as FETCH_RATE_PER_SECOND says again'],
  ],
)
  .argument('[rate]', 'N, N/s or N/min; Steam is known to bear 2 a second for good', parseRate)
  .action(async (fetchRate: number | null | undefined, options: CommonOptions) => {
    const { steerFleet } = await import('../steering/steer-fleet.ts');
    await steerFleet(fetchRate === undefined ? undefined : { fetchRate }, options);
  });
