import { Counter, Histogram, type Registry } from 'prom-client';
import { registerGauge } from './register-gauges.ts';

/** What a PICS client tells of its traffic; the client of packages/steam takes it as its observer. */
export interface SteamTraffic {
  onRequest: (request: { kind: string; outcome: string; parts: number; durationMs: number }) => void;
  onLogon: (result: string) => void;
}

/** Logon results by which Steam says "too many logons from this address". */
const THROTTLED_LOGONS: ReadonlySet<string> = new Set(['RateLimitExceeded', 'AccountLoginDeniedThrottle']);

/** From a change feed that has nothing new to a request that runs into its timeout (30 s). */
const BUCKETS_SECONDS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Registers what is asked of Steam and how Steam answers; returns where the client tells it.
 *
 * @param isLoggedOn whether there is a session right now.
 */
export function observeSteam(registry: Registry, isLoggedOn: () => boolean): SteamTraffic {
  const registers = [registry];
  const requests = new Counter({
    name: 'pics_steam_requests_total',
    help: 'Requests to Steam by kind (changes, product_info, metadata, tag_names) and outcome (answered, throttled, refused, timeout, disconnected, unreadable).',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: 'pics_steam_request_duration_seconds',
    help: 'From a request to the last part of its answer, or to its end without one.',
    labelNames: ['kind'],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const parts = new Counter({
    name: 'pics_steam_answer_parts_total',
    help: 'Messages that answers came in; Steam spreads the ids of one request over several.',
    labelNames: ['kind'],
    registers,
  });
  const logons = new Counter({
    name: 'pics_steam_logons_total',
    help: "Logons by result: OK, the name of Steam's EResult, or Unreachable.",
    labelNames: ['result'],
    registers,
  });
  const throttles = new Counter({
    name: 'pics_steam_throttles_total',
    help: 'How often Steam said "too much", by what it refused: request or logon.',
    labelNames: ['refused'],
    registers,
  });
  registerGauge(registry, {
    name: 'pics_steam_logged_on',
    help: 'Whether there is a session with Steam (1) or not (0).',
    read: () => (isLoggedOn() ? 1 : 0),
  });
  return {
    onRequest: ({ kind, outcome, parts: messages, durationMs }) => {
      requests.inc({ kind, outcome });
      durations.observe({ kind }, durationMs / 1_000);
      parts.inc({ kind }, messages);
      if (outcome === 'throttled') throttles.inc({ refused: 'request' });
    },
    onLogon: (result) => {
      logons.inc({ result });
      if (THROTTLED_LOGONS.has(result)) throttles.inc({ refused: 'logon' });
    },
  };
}
