import { MAX_TOKENS } from '@pics/core';
import { sql } from 'kysely';
import { pending } from '../apps/pending.ts';

/** How long the first app waits for others to be asked for with the same request. */
const LONGEST_WAIT = sql.lit('10 seconds');

/** When an app is asked for again that Steam granted no token, or none that it took. */
const AGAIN_AFTER = sql.lit('7 days');

/** How long such an app waits for a request that goes out for others. */
const AGAIN_AT_LAST = sql.lit('8 days');

/** A request is answered within a second. More at a time would only get ahead of live changes. */
const MOST_IN_FLIGHT = 4;

const inFlight = sql`(select unnest(appids) from pics_token_requests)`;

/** Whether something is being fetched or looked for, which may bring more apps whose tokens are wanted. */
const isBusy = sql`(
  exists (select from pics_app_ledger where batch_id is not null)
  or exists (select from pics_app_ledger where ${pending} and attempts + stale_answers = 0)
  or exists (select from pics_scans where finished_at is null)
)`;

/**
 * A query with one row, the `appids` whose tokens to ask for now, or none.
 *
 * A request goes out when it is full, or when an app has waited for ten seconds. Tokens that were never asked for do not wait
 * once nothing else is being fetched: a first fill then ends with one request, and a new app is complete within a second.
 * Apps without a token are asked for again after a week; they fill up requests for others, and have one of their own when
 * there are enough of them, or after a day more.
 */
export const dueTokens = sql<{ appids: number[] }>`
  select array_agg(id order by id) as appids
  from (
    (
      select id, token_wanted_at + interval ${LONGEST_WAIT} as at_the_latest, token_state is null as is_new, 1 as turn
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
    order by turn
    limit ${sql.lit(MAX_TOKENS)}
  ) as due
  where (select count(*) from pics_token_requests) < ${sql.lit(MOST_IN_FLIGHT)}
  having count(*) = ${sql.lit(MAX_TOKENS)} or min(at_the_latest) <= now() or (bool_or(is_new) and not ${isBusy})
`;
