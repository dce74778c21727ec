import type { BoardHooks, HookContext } from '@bull-board/api/typings/app';
import { noteWrite } from '../access/audit.ts';

/**
 * Says on the audit line of a write that Bull Board makes which action it was, on which queue, and how many jobs it
 * concerned: one for a single job; for an action on many, as many as were in that state when it began.
 */
export const auditHooks: BoardHooks = {
  before: async ({ method, route, request }) => {
    if (method === 'get') return;
    noteWrite({ action: route, ...(await describe(request)) });
  },
  after: (_context, result) => {
    const { body } = result;
    if (typeof body === 'object' && 'retried' in body) noteWrite({ jobs: body['retried'] });
    return result;
  },
};

async function describe({ params, queues }: HookContext['request']): Promise<object> {
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
