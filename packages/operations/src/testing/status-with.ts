import type { FleetStatus, LedgerStatus, Status } from '../status/read-status.ts';

export const at = new Date('2026-11-22T14:00:00Z');
export const ago = (ms: number) => new Date(at.getTime() - ms);

/** A replica that works; a producer leads. */
export function replica(service: string, changed: Partial<FleetStatus['replicas'][number]> = {}) {
  return {
    service,
    replica: 'a',
    version: '1',
    startedAt: at.toISOString(),
    counters: {},
    silentMs: 1_000,
    ...(service === 'producer' && { role: 'leads' }),
    ...changed,
  };
}

/** What differs from an installation that is well. */
export interface StatusChange {
  ledger?: Partial<LedgerStatus>;
  fleet?: Partial<FleetStatus>;
  problems?: string[];
}

/** The status of an installation that is well, except for what is given. */
export function statusWith(changed: StatusChange = {}): Status {
  const ledger: LedgerStatus = {
    counts: {
      known: 282_630,
      wanted: 0,
      inFlight: 0,
      settled: 282_630,
      failed: 0,
      tokensWanted: 0,
      oldestWantedChangeNumber: null,
    },
    backlog: { discovery: null, otherIdsLeft: 0, scanRequestSize: null, batchSize: null },
    retries: null,
    feed: {
      source: 'steam',
      changeNumber: 36_002_074,
      changedAt: ago(2_000),
      polledMsAgo: 2_000,
      changesBehind: 0,
      behindSince: null,
    },
    settings: { fetchRate: null, pausedAt: null },
    hour: [],
    scans: [],
    documents: { stored: 0, verification: null },
    ...changed.ledger,
  };
  const fleet: FleetStatus = {
    replicas: [replica('producer'), replica('fetcher'), replica('writer')],
    queues: [],
    fetchRate: 2,
    steamPause: undefined,
    ...changed.fleet,
  };
  return { at, ledger, fleet, problems: changed.problems ?? [] };
}

/** The last minutes, the oldest first, at a speed of apps and two requests a second. */
export function minutesOf(...appsPerSecond: number[]): LedgerStatus['hour'] {
  return appsPerSecond.map((apps, index) => ({
    from: ago((appsPerSecond.length - index) * 60_000),
    appsPerSecond: apps,
    requestsPerSecond: apps > 0 ? 2 : 0,
  }));
}
