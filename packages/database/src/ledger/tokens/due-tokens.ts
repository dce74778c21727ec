import { MAX_TOKENS } from '@pics/core';
import { sql } from 'kysely';
import { pending } from '../apps/pending.ts';

/** How long the first app waits for others to share its request. */
const LONGEST_WAIT = sql.lit('10 seconds');

/** When to ask again for the token of an app after Steam denied it, or refused the one that it granted. */
const AGAIN_AFTER = sql.lit('7 days');

/** How long such an app waits to share the request of other apps. */
const AGAIN_AT_LAST = sql.lit('8 days');

/** A response takes less than a second. More requests at a time would only delay live changes. */
const MOST_IN_FLIGHT = 4;

const inFlight = sql`(select unnest(appids) from pics_token_requests)`;

/** Whether anything is being fetched or scanned for, which may lead to more tokens being wanted. */
const isBusy = sql`(
  exists (select from pics_app_ledger where batch_id is not null)
  or exists (select from pics_app_ledger where ${pending} and attempts + stale_answers = 0)
  or exists (select from pics_scans where finished_at is null)
)`;

/**
 * A query for the next request for tokens: one row with its `appids`, or none while no request is due.
 *
 * A request is due when it is full, or when an app has waited for ten seconds. New apps do not wait once nothing else is being
 * fetched: a first fill then ends with one request, and a new app is complete within a second. A week after a denial, an app
 * is added to requests of other apps; a full request of such apps is due at once, and a smaller one a day later.
 */
export const dueTokens = sql<{ appids: number[] }>`
  select array_agg(id order by id) as appids
  from (
    (
      select id, token_wanted_at + interval ${LONGEST_WAIT} as due_at, token_state is null as is_new, 1 as priority
      from pics_app_ledger
      where token_wanted_at is not null and token_wanted_at <= now() and id not in ${inFlight}
      order by token_wanted_at, id
      limit ${sql.lit(MAX_TOKENS)}
    ) union all (
      select id, token_asked_at + interval ${AGAIN_AT_LAST}, false, 2
      from pics_app_ledger
      where token_state in ('denied', 'refused') and token_asked_at <= now() - interval ${AGAIN_AFTER}
        and token_wanted_at is null and id not in ${inFlight}
      order by token_asked_at, id
      limit ${sql.lit(MAX_TOKENS)}
    )
    order by priority
    limit ${sql.lit(MAX_TOKENS)}
  ) as due
  where (select count(*) from pics_token_requests) < ${sql.lit(MOST_IN_FLIGHT)}
  having count(*) = ${sql.lit(MAX_TOKENS)} or min(due_at) <= now() or (bool_or(is_new) and not ${isBusy})
`;
