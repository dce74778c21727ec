import { findFetchRate, getReplicas, type Queues, type Replica } from '@pics/queue';
import manifest from '../../package.json' with { type: 'json' };
import { formatAgo, formatDuration, formatRate } from '../output/format.ts';
import { findingsOf, type Finding } from './finding.ts';

/** What Steam is known to bear for good, in requests a second. */
const BEARABLE = 2;

/** Looks whether the fleet keeps within what Steam bears, and is at work. */
export async function checkFleet(queues: Queues, pausedAt: Date | null): Promise<Finding[]> {
  const [rate, replicas] = await Promise.all([findFetchRate(queues.fetch), getReplicas(queues.redis)]);
  return [checkBudget(rate), ...checkPause(pausedAt), ...checkServices(replicas)];
}

function checkBudget(rate: number | undefined): Finding {
  const { fine, warning } = findingsOf('Budget');
  if (rate === undefined) return fine('not in force yet: the first producer that leads sets it');
  if (rate <= BEARABLE) return fine(`${formatRate(rate)} requests a second for the whole fleet`);
  return warning(
    `${formatRate(rate)} requests a second for the whole fleet; Steam is known to bear ${BEARABLE} for good`,
    `Watch for throttling, or run: pics rate ${BEARABLE}`,
  );
}

function checkPause(pausedAt: Date | null): Finding[] {
  if (!pausedAt) return [];
  return [
    findingsOf('Budget').warning(`the fleet was paused ${formatAgo(pausedAt)}`, 'To go on: pics resume'),
  ];
}

/** Every service that is needed for changes to get into the tables. */
const NEEDED = ['producer', 'fetcher', 'writer'];
/** Replicas report every 3 seconds: silent for five times that, one hangs or is gone. */
const SILENT_MS = 15_000;

function checkServices(replicas: readonly Replica[]): Finding[] {
  const { fine, warning } = findingsOf('Services');
  const present = replicas.filter((replica) => replica.silentMs <= SILENT_MS);
  const missing = NEEDED.filter((service) => !present.some((replica) => replica.service === service));
  const findings = replicas.flatMap((replica) => {
    const name = `${replica.service} ${replica.replica}`;
    if (replica.silentMs > SILENT_MS) {
      const silence = formatDuration(replica.silentMs / 1_000);
      return [
        warning(
          `${name} has been silent for ${silence}`,
          'It hangs or was killed: see its log, and start it again.',
        ),
      ];
    }
    if (replica.reason)
      return [warning(`${name} is not at work: ${replica.reason}`, 'Its /readyz and its log say more.')];
    if (replica.version !== manifest.version) {
      return [
        warning(
          `${name} runs version ${replica.version}, this is ${manifest.version}`,
          'Deploy all services together.',
        ),
      ];
    }
    return [];
  });
  if (missing.length > 0) {
    findings.push(
      warning(
        `no ${missing.join(', no ')} is running`,
        'Start them: npm start, docker compose up, or each by itself.',
      ),
    );
  }
  return findings.length > 0 ? findings : [fine(`${present.length} replicas are at work`)];
}
