import { setTimeout as delay } from 'node:timers/promises';
import { SteamRefused } from '@pics/core';
import type { Redis } from 'ioredis';

/** Requests whose refusals and responses are counted apart: Steam may refuse one kind and respond to the other. */
export type SteamRequest = 'poll' | 'products';

/** How the whole fleet holds back because Steam refused requests. */
export interface SteamPause {
  /** Since when Steam has only refused; undefined once it responds again, while the rate is still reduced. */
  since: Date | undefined;
  /** No request is made before; then one alone tries whether Steam responds. */
  until: Date;
  /** The share of its rate that the fleet may use. */
  share: number;
}

const KEY = 'pics:steam-pause';

/** Steam's limits count in windows of seconds to minutes. Short at first, since most refusals are of a moment. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

/** How long a request that tries alone holds back the others, should its process vanish. A request times out before. */
const TRIAL_MS = 35_000;

/** After a pause the fleet makes a quarter of its requests, then half, then all; each step after this many responses. */
const RESPONSES_PER_STEP = 10;
const FIRST_SHARE = 1 / 4;

/** A pause is forgotten this long after its end when nobody makes requests. */
const FORGET_MS = 600_000;

/** How long a request waits to learn whether it may be made. Without Redis it is made: the feed is followed all the same. */
const DEADLINE_MS = 2_000;

/** Times are those of Redis: the clocks of the replicas may differ. */
const CLOCK = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local function get(field) return tonumber(redis.call('HGET', KEYS[1], field) or 0) end
`;

/** Returns for how many milliseconds no request may be made. With 0 after a pause, this request is the one that tries. */
const CLAIM = `${CLOCK}
  local paused = math.max(get('until'), get('trial')) - now
  if paused > 0 then return paused end
  if get('level') > 0 then redis.call('HSET', KEYS[1], 'trial', now + ${TRIAL_MS}) end
  return 0
`;

/** Refusals of requests that were under way when the pause began do not make it longer. */
const REFUSED = `${CLOCK}
  if get('until') > now then return end
  local level = get('level') + 1
  local pause = math.min(${FIRST_PAUSE_MS} * 2 ^ (level - 1), ${LONGEST_PAUSE_MS}) * tonumber(ARGV[2])
  local since = redis.call('HGET', KEYS[1], 'since') or now
  redis.call('HSET', KEYS[1], 'kind', ARGV[1], 'level', level, 'since', since, 'until', math.floor(now + pause),
    'trial', 0, 'share', ${FIRST_SHARE}, 'responses', 0)
  redis.call('PEXPIRE', KEYS[1], math.floor(pause) + ${FORGET_MS})
`;

/** A response ends the refusals of its kind. One that was requested before the pause says nothing about now. */
const RESPONDED = `${CLOCK}
  if redis.call('EXISTS', KEYS[1]) == 0 or get('until') > now then return end
  redis.call('HSET', KEYS[1], 'trial', 0)
  if get('level') > 0 and redis.call('HGET', KEYS[1], 'kind') ~= ARGV[1] then return end
  redis.call('HSET', KEYS[1], 'level', 0)
  redis.call('HDEL', KEYS[1], 'since')
  redis.call('PEXPIRE', KEYS[1], ${FORGET_MS})
  if redis.call('HINCRBY', KEYS[1], 'responses', 1) < ${RESPONSES_PER_STEP} then return end
  local share = get('share') * 2
  if share >= 1 then redis.call('DEL', KEYS[1])
  else redis.call('HSET', KEYS[1], 'share', share, 'responses', 0) end
`;

const NO_RESPONSE = `if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'trial', 0) end`;

/**
 * Makes a request to Steam, unless the fleet pauses. A refusal pauses all requests of the fleet, for 5 s at first and twice
 * as long each time, up to 5 minutes. After a pause one request alone tries; with the first response the others follow, at a
 * rate that grows in steps.
 *
 * @param isResponse whether a result counts as a response of Steam.
 * @throws SteamRefused when the fleet pauses, or Steam refuses this request.
 */
export async function requestUnlessPaused<Result>(
  redis: Redis,
  kind: SteamRequest,
  request: () => Promise<Result>,
  isResponse: (result: Result) => boolean = () => true,
): Promise<Result> {
  const pausedMs = await run(redis, CLAIM);
  if (typeof pausedMs === 'number' && pausedMs > 0) {
    throw new SteamRefused(describe(await findSteamPause(redis).catch(() => undefined)));
  }
  try {
    const result = await request();
    await (isResponse(result) ? run(redis, RESPONDED, kind) : run(redis, NO_RESPONSE));
    return result;
  } catch (error) {
    if (error instanceof SteamRefused) await run(redis, REFUSED, kind, String(0.8 + Math.random() * 0.2));
    else await run(redis, NO_RESPONSE);
    throw error;
  }
}

/** Runs one of the scripts; undefined when Redis does not do it in time. */
async function run(redis: Redis, script: string, ...args: string[]): Promise<unknown> {
  if (redis.status !== 'ready') return undefined;
  const running = redis.eval(script, 1, KEY, ...args).catch(() => undefined);
  return Promise.race([running, delay(DEADLINE_MS, undefined, { ref: false })]);
}

/** Finds how the fleet holds back; undefined when it does not. */
export async function findSteamPause(redis: Redis): Promise<SteamPause | undefined> {
  const [fields, [seconds, microseconds]] = await Promise.all([redis.hgetall(KEY), redis.time()]);
  const until = Math.max(Number(fields['until'] ?? 0), Number(fields['trial'] ?? 0));
  if (until === 0) return undefined;
  // As times of this machine, with the distance to now that Redis measures.
  const aheadMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - Date.now();
  const toDate = (ms: number) => new Date(ms - aheadMs);
  return {
    since: fields['since'] === undefined ? undefined : toDate(Number(fields['since'])),
    until: toDate(until),
    share: Number(fields['share']),
  };
}

/** Finds why no request may be made right now, for people; undefined when one may. */
export async function findSteamPauseReason(redis: Redis): Promise<string | undefined> {
  const pause = await findSteamPause(redis);
  return pause && pause.until.getTime() > Date.now() ? describe(pause) : undefined;
}

function describe(pause: SteamPause | undefined): string {
  if (!pause?.since) return 'Steam refuses requests, the fleet pauses';
  const seconds = (ms: number) => `${Math.max(0, Math.round(ms / 1_000))} s`;
  const refused = seconds(Date.now() - pause.since.getTime());
  return `Steam has refused requests for ${refused}, the fleet pauses for ${seconds(pause.until.getTime() - Date.now())} more`;
}
