import type { Benchmark } from './measure/benchmark.ts';
import { textToRecords } from './text-to-records.ts';
import { wireToRecords } from './wire-to-records.ts';
import { changeToRow } from './change-to-row.ts';
import { fleet } from './fleet.ts';
import { growth } from './growth.ts';
import { ledgerTurns } from './ledger-turns.ts';
import { memory } from './memory.ts';
import { recordsToPostgres } from './records-to-postgres.ts';
import { requestRate } from './request-rate.ts';
import { wholeLine } from './whole-line.ts';

/** Everything `npm run bench` measures, in the order data moves. */
export const benchmarks: readonly Benchmark[] = [
  wireToRecords,
  textToRecords,
  recordsToPostgres,
  ledgerTurns,
  wholeLine,
  growth,
  requestRate,
  changeToRow,
  fleet,
  memory,
];
