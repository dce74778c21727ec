import type { ThroughputPoint } from '@pics/database';
import type { Plots, Series } from '../live/live-message.ts';
import { eventOf, PageStream, type PageStreamOptions } from '../live/page-stream.ts';
import type { Overview } from './read-overview.ts';

/** Sends the overview to every open page, with the data of its charts. */
export class OverviewStream extends PageStream<Overview> {
  constructor(options: Omit<PageStreamOptions<Overview>, 'plots' | 'name'>) {
    super({
      ...options,
      name: 'the overview',
      plots: ({ ledger, fleet }) =>
        ledger && eventOf('plots', JSON.stringify(plotsOf(ledger, fleet?.fetchRate))),
    });
  }
}

function plotsOf(
  { hour, day }: { hour: ThroughputPoint[]; day: ThroughputPoint[] },
  fetchRate: number | undefined,
): Plots {
  return { hour: seriesOf(hour), day: seriesOf(day), fetchRate: fetchRate ?? null };
}

function seriesOf(points: readonly ThroughputPoint[]): Series {
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return {
    at: points.map(({ from }) => from.getTime() / 1_000),
    apps: points.map(({ appsPerSecond }) => rounded(appsPerSecond)),
    requests: points.map(({ requestsPerSecond }) => rounded(requestsPerSecond)),
  };
}
