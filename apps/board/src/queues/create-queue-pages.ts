import { createBullBoard } from '@bull-board/api';
import { ExpressAdapter } from '@bull-board/express';
import { fetchJobSchema, writeJobSchema } from '@pics/core';
import type { Queues } from '@pics/queue';
import type { RequestHandler } from 'express';
import type { z } from 'zod';
import type { Environment } from '../environment.ts';
import { auditHooks } from './audit-hooks.ts';
import { describeFetchJob, describeWriteJob } from './describe-job.ts';
import { SteeredAdapter, type SetFleetRate } from './steered-adapter.ts';

export interface QueuePagesOptions {
  queues: Queues;
  basePath: string;
  environment: Environment;
  /** Everything is shown and nothing can be changed. */
  readOnly: boolean;
  setFleetRate: SetFleetRate;
}

/** On both, white text reads well and the badge shows in light and dark. */
const BADGE_COLOURS = { quiet: '#57616c', busy: '#1b5fa8', warn: '#8a5a00' } as const satisfies Record<
  Environment['level'],
  string
>;

/** Bull Board with both queues in the order data moves, for mounting at `basePath`. */
export function createQueuePages(options: QueuePagesOptions): RequestHandler {
  const { queues, basePath, environment, readOnly, setFleetRate } = options;
  const fetch = new SteeredAdapter(
    queues.fetch.bull,
    describerOf(fetchJobSchema, describeFetchJob),
    { description: 'Batches of apps to ask Steam for', readOnlyMode: readOnly },
    setFleetRate,
  );
  const write = new SteeredAdapter(queues.write.bull, describerOf(writeJobSchema, describeWriteJob), {
    description: 'Records to write to Postgres',
    readOnlyMode: readOnly,
  });

  const serverAdapter = new ExpressAdapter().setBasePath(basePath);
  createBullBoard({
    queues: [fetch, write],
    serverAdapter,
    options: {
      handlerHooks: auditHooks,
      uiConfig: {
        boardTitle: 'PICS queues',
        boardLogo: { path: '/assets/icon.svg', width: 24, height: 24 },
        hideDocsLink: true,
        sortQueues: false,
        miscLinks: [{ text: 'Overview', url: '/' }],
        environment: { label: environment.label, color: BADGE_COLOURS[environment.level], textColor: '#fff' },
        favIcon: { default: '/assets/icon.svg', alternative: '/assets/icon.svg' },
      },
    },
  });
  return serverAdapter.getRouter() as RequestHandler;
}

/** A payload that is not one of ours is shown as it is: that is what one opened it for. */
function describerOf<Payload>(schema: z.ZodType<Payload>, describe: (payload: Payload) => object) {
  return (payload: unknown) => {
    const parsed = schema.safeParse(payload);
    return parsed.success ? describe(parsed.data) : payload;
  };
}
