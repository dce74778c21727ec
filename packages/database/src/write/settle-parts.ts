import type { Bind } from '../prepared-statement.ts';
import { retryDelay } from '../ledger/retry-delay.ts';
import type { Changes, Parts } from './changes.ts';
import type { Settlement } from './settle.ts';
import { unnestRows, type Column } from './unnest-rows.ts';

const COLUMNS: readonly Column<Settlement>[] = [
  { name: 'appid', type: 'integer', valueOf: ({ appid }) => appid },
  { name: 'pics_change_number', type: 'bigint', valueOf: ({ picsChangeNumber }) => picsChangeNumber },
  {
    name: 'settled_change_number',
    type: 'bigint',
    valueOf: ({ settledChangeNumber }) => settledChangeNumber,
  },
  { name: 'attempts', type: 'integer', valueOf: ({ attempts }) => attempts },
  { name: 'synced', type: 'boolean', valueOf: ({ synced }) => synced },
  { name: 'delayed', type: 'boolean', valueOf: ({ delayed }) => delayed },
  { name: 'failed', type: 'boolean', valueOf: ({ failed }) => failed },
  { name: 'last_error', type: 'text', valueOf: ({ lastError }) => lastError },
];

/** Writes how these apps stand into the ledger, and takes them out of this batch. */
export function settleParts(bind: Bind<Changes>): Parts {
  return {
    settled: `
      update pics_app_ledger as ledger
      set stored_change_number = next.pics_change_number,
        settled_change_number = next.settled_change_number,
        attempts = next.attempts,
        not_before = case when next.delayed then now() + ${retryDelay('next.attempts')} end,
        failed_at = case when next.failed then now() end,
        last_error = next.last_error,
        batch_id = nullif(ledger.batch_id, ${bind(({ batchId }) => batchId)})
      from ${unnestRows(bind, ({ settlements }) => settlements, COLUMNS)} as next
      where ledger.id = next.appid`,
    synced: `
      insert into sync_status (appid, last_pics_sync, pics_change_number)
      select appid, now(), pics_change_number
      from ${unnestRows(bind, ({ settlements }) => settlements, COLUMNS)} as next
      where next.synced and (
        exists (select from apps where apps.appid = next.appid)
        or exists (select from added where added.appid = next.appid)
      )
      on conflict (appid) do update
      set last_pics_sync = excluded.last_pics_sync, pics_change_number = excluded.pics_change_number`,
  };
}
