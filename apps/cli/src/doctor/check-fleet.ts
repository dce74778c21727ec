import {
  describeReplica,
  describeShare,
  findReporting,
  formatAgo,
  formatLocalTime,
  formatDuration,
  formatRate,
  isFollowed,
  isSilent,
  NEEDED_SERVICES,
} from '@pics/operations';
import {
  findFetchRate,
  findSteamPause,
  getReplicas,
  TOLERATED_RATE,
  type Queues,
  type Replica,
  type SteamPause,
} from '@pics/queue';
import manifest from '../../package.json' with { type: 'json' };
import { resultsFor, type CheckResult } from './check-result.ts';

/** Checks whether the fleet stays within what Steam tolerates, and is working. */
export async function checkFleet(
  queues: Queues,
  { pausedAt, polledMsAgo }: { pausedAt: Date | null; polledMsAgo: number | null },
): Promise<CheckResult[]> {
  const [rate, pause, replicas] = await Promise.all([
    findFetchRate(queues.fetch),
    findSteamPause(queues.redis),
    getReplicas(queues.redis),
  ]);
  return [
    checkBudget(rate),
    ...checkRefusals(pause),
    ...checkPause(pausedAt),
    ...checkFeed(polledMsAgo),
    ...checkServices(replicas),
  ];
}

const budget = resultsFor('Budget');

function checkBudget(rate: number | undefined): CheckResult {
  if (rate === undefined) return budget.fine('not in force yet: the first leading producer sets it');
  const text = `${formatRate(rate)} requests per second for the whole fleet`;
  if (rate <= TOLERATED_RATE) return budget.fine(text);
  return budget.warning(
    `${text}; Steam is known to tolerate ${TOLERATED_RATE}`,
    `Watch for throttling, or run: pics rate ${TOLERATED_RATE}`,
  );
}

function checkRefusals(pause: SteamPause | undefined): CheckResult[] {
  if (!pause) return [];
  if (!pause.since) {
    return [budget.fine(describeShare(pause))];
  }
  return [
    budget.problem(
      `Steam has refused requests since ${formatAgo(pause.since)}; the fleet pauses until ${formatLocalTime(pause.until)}`,
      'Wait: it tries again by itself. If it recurs, run: pics rate 1. Do not start more fetchers.',
    ),
  ];
}

function checkPause(pausedAt: Date | null): CheckResult[] {
  if (!pausedAt) return [];
  return [budget.warning(`the fleet was paused ${formatAgo(pausedAt)}`, 'Continue with: pics resume')];
}

/** A feed that was never polled belongs to an installation whose producer has not started. */
function checkFeed(polledMsAgo: number | null): CheckResult[] {
  if (polledMsAgo === null || isFollowed({ polledMsAgo })) return [];
  return [
    resultsFor('Feed').problem(
      `no producer is following Steam: the last poll was ${formatDuration(polledMsAgo)} ago`,
      'Start a producer, or see the /readyz and the log of those that run.',
    ),
  ];
}

function checkServices(replicas: readonly Replica[]): CheckResult[] {
  const { fine, warning } = resultsFor('Services');
  const missing = NEEDED_SERVICES.filter((service) => findReporting(replicas, service).length === 0);
  const results = replicas.flatMap(checkReplica);
  if (missing.length > 0) {
    results.push(
      warning(
        `no ${missing.join(', no ')} is running`,
        'Start them: npm start, docker compose up, or each by itself.',
      ),
    );
  }
  return results.length > 0 ? results : [fine(`${replicas.length} replicas are working`)];
}

/** How the reason of a producer begins when Steam's responses cannot be true for its cursor. */
const UNTRUSTED_FEED = 'the change feed cannot be followed';

const FEED_ADVICE =
  'The producer asks another server by itself. If this stays, the cursor is wrong: the database is a copy from elsewhere or followed a garbled response. Start again at the present with: pics cursor --reset';

function checkReplica(replica: Replica): CheckResult[] {
  const { warning, problem } = resultsFor('Services');
  const name = `${replica.service} ${replica.replica}`;
  const { word, detail } = describeReplica(replica);
  if (isSilent(replica)) {
    return [
      warning(`${name} is ${word} ${detail}`, 'It hangs or was killed: see its log, and start it again.'),
    ];
  }
  if (replica.reason?.startsWith(UNTRUSTED_FEED)) return [problem(`${name}: ${detail}`, FEED_ADVICE)];
  if (replica.reason) return [warning(`${name} is ${word}: ${detail}`, 'Its /readyz and its log say more.')];
  if (replica.version === manifest.version) return [];
  return [
    warning(
      `${name} runs version ${replica.version}, this is ${manifest.version}`,
      'Deploy all services together.',
    ),
  ];
}
