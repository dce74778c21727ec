import {
  findRequeue,
  listFailingApps,
  listRequeues,
  summarizeFailures,
  type Database,
  type FailureFilter,
  type RequeueProgress,
} from '@pics/database';
import { Router } from 'express';
import { z } from 'zod';
import { describeRequeue } from './describe-requeue.ts';
import { ApiError } from './errors.ts';

const text = z.string().trim().max(500);

/** A field of a form that is left empty is not set. */
export const optionalText = text.transform((value) => value || undefined).optional();

export const wholeNumber = z
  .string()
  .regex(/^\d{1,10}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.int().max(2_147_483_647));

const state = z.enum(['failed', 'retrying'], { error: 'must be failed or retrying' });

/** The filter in the query of `GET /failures`. Without a requeue, it is about one state. */
export const failureQuery = z
  .object({
    state: state.optional(),
    // As it is: it may end with a space.
    reason: z
      .string()
      .max(500)
      .transform((value) => value || undefined)
      .optional(),
    type: optionalText,
    name: optionalText,
    requeue: wholeNumber.optional(),
  })
  .transform((filter): FailureFilter =>
    filter.requeue === undefined ? { ...filter, state: filter.state ?? 'failed' } : filter,
  );

/** The same filter in the body of `POST /requeue`. */
export const failureFilter = z.strictObject({
  state: state.optional(),
  reason: z.string().min(1).max(500).optional(),
  type: text.min(1).optional(),
  name: text.min(1).optional(),
  requeue: z.int().min(1).max(2_147_483_647).optional(),
});

/** The most apps or changes in one response, about 200 kB. */
export const MOST_ROWS = 1_000;

/** How many rows a response has unless the request says so. */
export const USUAL_ROWS = 100;

export const limitParameter = wholeNumber
  .pipe(z.int().min(1).max(MOST_ROWS, `must be at most ${MOST_ROWS}`))
  .default(USUAL_ROWS);

const pageQuery = z.object({ after: wholeNumber.default(0), limit: limitParameter });

/** How many requeues `GET /requeues` lists: all that are kept. */
const REQUEUES = 100;

/** `GET /failures`, `GET /requeues` and `GET /requeues/:id`. */
export function failureRoutes(database: Database): Router {
  const routes = Router();
  routes.get('/failures', async ({ query }, response) => {
    const filter = failureQuery.parse(query);
    const { after, limit } = pageQuery.parse(query);
    const [summary, apps] = await Promise.all([
      summarizeFailures(database, filter),
      listFailingApps(database, filter, { after, limit }),
    ]);
    const next = apps.length === limit ? (apps.at(-1)?.appid ?? null) : null;
    response.json({ ...summary, apps, next });
  });
  routes.get('/requeues', async (_request, response) => {
    const requeues = await listRequeues(database, REQUEUES);
    response.json({ requeues: requeues.map(addMessage) });
  });
  routes.get('/requeues/:id', async ({ params }, response) => {
    const requeue = await findRequeue(database, wholeNumber.parse(params.id));
    if (!requeue) throw new ApiError(404, 'Unknown requeue: only the latest twenty are kept.');
    response.json(addMessage(requeue));
  });
  return routes;
}

const addMessage = (requeue: RequeueProgress) => ({ ...requeue, message: describeRequeue(requeue) });
