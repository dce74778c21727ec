import { branchColumns, type AppRecord } from '@pics/core';
import { sql, type Transaction } from 'kysely';
import { unnest, wasInserted } from '../../connection/unnest.ts';
import type { Schema } from '../../schema.ts';
import { isDifferent } from '../write-rows.ts';
import { countUpserted, rowCounts, type RowCounts } from '../row-changes.ts';

const TYPES = {
  appid: 'integer',
  branch: 'text',
  buildId: 'text',
  timeUpdated: 'timestamptz',
  isPasswordRequired: 'boolean',
  description: 'text',
} as const;

const STATE = ['buildId', 'timeUpdated', 'isPasswordRequired', 'description'] as const;

/**
 * Updates `app_branches` to the branches of these records, and adds to `app_builds` each build that is new on its branch. A
 * restricted record without depots changes nothing.
 */
export async function writeBranches(
  trx: Transaction<Schema>,
  records: readonly AppRecord[],
): Promise<{ appBranches: RowCounts; appBuilds: RowCounts }> {
  const apps = records.flatMap(({ appid, changeNumber, depots }) =>
    depots?.branches ? [{ appid, changeNumber, branches: depots.branches }] : [],
  );
  if (apps.length === 0) return { appBranches: rowCounts({}), appBuilds: rowCounts({}) };
  const rows = apps.flatMap(({ appid, changeNumber, branches }) =>
    branches.map((branch) => ({ appid, changeNumber, ...branchColumns(branch) })),
  );
  const removed = await trx
    .deleteFrom('appBranches')
    .where('appid', '=', (eb) => eb.fn.any(eb.val(apps.map(({ appid }) => appid))))
    .where(
      sql<boolean>`(appid, branch) not in (select appid, branch from ${unnest(rows, { appid: 'integer', branch: 'text' })})`,
    )
    .executeTakeFirst();
  const appBranches = countUpserted(await upsertBranches(trx, rows), {
    compared: rows.length,
    removed: Number(removed.numDeletedRows),
  });
  return { appBranches, appBuilds: await addBuilds(trx, rows) };
}

type BranchRow = { appid: number; changeNumber: number } & ReturnType<typeof branchColumns>;

function upsertBranches(trx: Transaction<Schema>, rows: readonly BranchRow[]) {
  return trx
    .insertInto('appBranches')
    .columns(['appid', 'branch', ...STATE])
    .expression(
      trx
        .selectFrom(unnest(rows, TYPES))
        .select(['appid', 'branch', ...STATE])
        .orderBy('appid')
        .orderBy('branch'),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['appid', 'branch'])
        .doUpdateSet((eb) => ({
          buildId: eb.ref('excluded.buildId'),
          timeUpdated: eb.ref('excluded.timeUpdated'),
          isPasswordRequired: eb.ref('excluded.isPasswordRequired'),
          description: eb.ref('excluded.description'),
        }))
        .where(
          isDifferent(
            'appBranches',
            STATE,
            STATE.map((column) => sql.ref(`excluded.${column}`)),
          ),
        ),
    )
    .returning(wasInserted.as('isNew'))
    .execute();
}

async function addBuilds(trx: Transaction<Schema>, rows: readonly BranchRow[]): Promise<RowCounts> {
  const builds = rows.filter(({ buildId }) => buildId !== null);
  const { numInsertedOrUpdatedRows } = await trx
    .insertInto('appBuilds')
    .columns(['appid', 'branch', 'buildId', 'timeUpdated', 'changeNumber'])
    .expression(
      trx
        .selectFrom(unnest(builds, { ...TYPES, changeNumber: 'bigint' }))
        .select(['appid', 'branch', 'buildId', 'timeUpdated', 'changeNumber'])
        .orderBy('appid')
        .orderBy('branch'),
    )
    .onConflict((conflict) => conflict.columns(['appid', 'branch', 'buildId']).doNothing())
    .executeTakeFirst();
  const added = Number(numInsertedOrUpdatedRows ?? 0);
  return rowCounts({ added, unchanged: builds.length - added });
}
