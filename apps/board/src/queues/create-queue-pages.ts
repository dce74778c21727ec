import { createBullBoard } from '@bull-board/api';
import type { BoardHooks, HookContext } from '@bull-board/api/typings/app';
import type { Database } from '@pics/database';
import type { Queues } from '@pics/queue';
import type { RequestHandler } from 'express';
import { addToAuditLine } from '../access/audit.ts';
import type { Environment } from '../config.ts';
import { describeFetchJob, describeWriteJob } from './describe-job.ts';
import { FleetQueueAdapter, type SetFleetRate } from './fleet-queue-adapter.ts';
import { JobLedger } from './job-ledger.ts';
import { QueuePagesAdapter } from './queue-pages-adapter.ts';

export interface QueuePagesOptions {
  database: Database;
  queues: Queues;
  /** The path of the overview. */
  publicPath: string;
  environment: Environment;
  /** Shows everything and offers no action. */
  readOnly: boolean;
  setFleetRate: SetFleetRate;
}

/** White text is readable on each of them, and the badge stands out in light and dark. */
const BADGE_COLOURS = { quiet: '#57616c', busy: '#1b5fa8', warn: '#8a5a00' } as const satisfies Record<
  Environment['level'],
  string
>;

/** Bull Board with both queues in the order data moves, for mounting at `/queues`. */
export function createQueuePages(options: QueuePagesOptions): RequestHandler {
  const { database, queues, publicPath, environment, readOnly, setFleetRate } = options;
  const ledger = new JobLedger(database);
  const fetch = new FleetQueueAdapter(queues.fetch.bull, {
    describe: describeFetchJob,
    ledger,
    setFleetRate,
    description: 'Batches of apps to fetch from Steam',
    readOnlyMode: readOnly,
  });
  const write = new FleetQueueAdapter(queues.write.bull, {
    describe: describeWriteJob,
    ledger,
    description: 'Records to write to Postgres',
    readOnlyMode: readOnly,
  });

  const icon = `${publicPath}assets/icon.svg`;
  const serverAdapter = new QueuePagesAdapter(publicPath);
  createBullBoard({
    queues: [fetch, write],
    serverAdapter,
    options: {
      handlerHooks: hooks,
      uiConfig: {
        boardTitle: 'PICS queues',
        boardLogo: { path: icon, width: 24, height: 24 },
        hideDocsLink: true,
        sortQueues: false,
        miscLinks: [{ text: 'Overview', url: publicPath }],
        environment: { label: environment.label, color: BADGE_COLOURS[environment.level], textColor: '#fff' },
        favIcon: { default: icon, alternative: icon },
      },
    },
  });
  return serverAdapter.getRouter() as RequestHandler;
}

/**
 * Writes that are refused, by their route, and why. Payloads are shown shortened: saved again, the summary would replace the
 * payload, and the job would fail.
 */
const REFUSED: Readonly<Record<string, string>> = {
  '/api/queues/:queueName/add':
    'Jobs are created from the ledger only. To fetch apps again, use Sync or Requeue on the overview.',
  '/api/queues/:queueName/:jobId/update-data':
    'The data of a job is shown shortened, so it cannot be edited. To fetch apps again, use Sync or Requeue on the overview.',
};

/**
 * Refuses what must not be written, and adds to the audit line of a write through Bull Board its action, its queue and the number of jobs: one for a single job;
 * for an action on many, as many as were in that state when it began.
 */
const hooks: BoardHooks = {
  before: async ({ method, route, request }) => {
    if (method === 'get') return undefined;
    addToAuditLine({ action: route, ...(await describeTarget(request)) });
    const message = REFUSED[route];
    return message === undefined ? undefined : { allow: false, status: 403, message };
  },
  after: (_context, result) => {
    const { body } = result;
    if (typeof body === 'object' && 'retried' in body) addToAuditLine({ jobs: body['retried'] });
    return result;
  },
};

async function describeTarget({ params, queues }: HookContext['request']): Promise<object> {
  const { queueName, jobId, queueStatus } = params as Partial<
    Record<'queueName' | 'jobId' | 'queueStatus', string>
  >;
  if (jobId) return { queue: queueName, jobId, jobs: 1 };
  const counts = queueName ? await queues.get(queueName)?.getJobCounts() : undefined;
  if (!counts) return {};
  const states = queueStatus ? [queueStatus] : Object.keys(counts);
  const jobs = states.reduce((sum, state) => sum + (counts[state as keyof typeof counts] ?? 0), 0);
  return { queue: queueName, ...(queueStatus && { state: queueStatus }), jobs };
}
