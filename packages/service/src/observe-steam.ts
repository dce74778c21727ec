import { Counter, Histogram, type Registry } from 'prom-client';
import { registerGauge } from './read-gauges.ts';
import { registerCounter } from './register-counter.ts';

const REQUESTS = ['changes', 'product_info', 'metadata', 'access_tokens', 'tag_names'] as const;
const OUTCOMES = ['answered', 'throttled', 'refused', 'timeout', 'disconnected', 'unreadable'] as const;

/** Receives what a PICS client reports about its traffic; the client of packages/steam takes it as its observer. */
export interface SteamTraffic {
  onRequest: (finished: {
    request: (typeof REQUESTS)[number];
    outcome: (typeof OUTCOMES)[number];
    parts: number;
    durationMs: number;
  }) => void;
  onLogon: (result: string) => void;
}

/** Logon results by which Steam says "too many logons from this address". */
const THROTTLED_LOGONS: ReadonlySet<string> = new Set(['RateLimitExceeded', 'AccountLoginDeniedThrottle']);

/** From a poll with no changes to a request that times out (30 s). */
const BUCKETS_SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Registers the metrics of requests to Steam and of logons; returns the observer for the client. */
export function observeSteam(registry: Registry): SteamTraffic {
  const registers = [registry];
  const countRequest = registerCounter(registry, {
    name: 'pics_steam_requests_total',
    help: 'Requests to Steam by kind (changes, product_info, metadata, access_tokens, tag_names) and outcome (answered, throttled, refused, timeout, disconnected, unreadable).',
    labels: { kind: REQUESTS, outcome: OUTCOMES },
  });
  const durations = new Histogram({
    name: 'pics_steam_request_duration_seconds',
    help: 'From a request to the last part of its response, or to its end without one.',
    labelNames: ['kind'],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const countParts = registerCounter(registry, {
    name: 'pics_steam_answer_parts_total',
    help: 'Messages that responses came in; Steam spreads the ids of one request over several.',
    labels: { kind: REQUESTS },
  });
  const logons = new Counter({
    name: 'pics_steam_logons_total',
    help: "Logons by result: OK, the name of Steam's EResult, or Unreachable.",
    labelNames: ['result'],
    registers,
  });
  // Steam has more than a hundred results; these are the usual ones, and those that mean something here.
  for (const result of ['OK', 'Unreachable', ...THROTTLED_LOGONS]) logons.inc({ result }, 0);
  const countThrottle = registerCounter(registry, {
    name: 'pics_steam_throttles_total',
    help: 'How often Steam refused a request or a logon because of its rate limit.',
    labels: { refused: ['request', 'logon'] },
  });
  for (const kind of REQUESTS) durations.zero({ kind });
  return {
    onRequest: ({ request: kind, outcome, parts: messages, durationMs }) => {
      countRequest({ kind, outcome });
      durations.observe({ kind }, durationMs / 1_000);
      countParts({ kind }, messages);
      if (outcome === 'throttled') countThrottle({ refused: 'request' });
    },
    onLogon: (result) => {
      logons.inc({ result });
      if (THROTTLED_LOGONS.has(result)) countThrottle({ refused: 'logon' });
    },
  };
}

/** Registers the gauge of the session with Steam. */
export function registerSteamSession(registry: Registry, isLoggedOn: () => boolean): void {
  registerGauge(registry, {
    name: 'pics_steam_logged_on',
    help: 'Whether there is a session with Steam (1) or not (0).',
    read: () => (isLoggedOn() ? 1 : 0),
  });
}
