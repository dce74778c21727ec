import type { RequeueProgress } from '@pics/database';
import { formatCount } from '@pics/operations';

/** How far the apps of a requeue have come, in words: "130 done, 20 to do (3 being retried), 2 failed again". */
export function describeRequeue({ settled, open, retrying, failed }: RequeueProgress): string {
  const retried = retrying > 0 ? ` (${formatCount(retrying)} being retried)` : '';
  return [
    `${formatCount(settled)} done`,
    ...(open > 0 ? [`${formatCount(open)} to do${retried}`] : []),
    ...(failed > 0 ? [`${formatCount(failed)} failed again`] : []),
  ].join(', ');
}
