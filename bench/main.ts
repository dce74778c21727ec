import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { closeEverything } from '../test/support/cleanup.ts';
import { changeToRow } from './change-to-row.ts';
import { extract } from './extract.ts';
import { fleet } from './fleet.ts';
import { growth } from './growth.ts';
import { historyCost } from './history-cost.ts';
import { history } from './history.ts';
import { historySizes } from './history-sizes.ts';
import { ledgerIterations } from './ledger-iterations.ts';
import { formatTable, type Benchmark, type Result } from './measure/benchmark.ts';
import { memory } from './memory.ts';
import { queries } from './queries.ts';
import { recordsToPostgres } from './records-to-postgres.ts';
import { requestRate } from './request-rate.ts';
import { sizes } from './sizes.ts';
import { search } from './search.ts';
import { textToRecords } from './text-to-records.ts';
import { verify } from './verify.ts';
import { wholePipeline } from './whole-pipeline.ts';
import { wireToRecords } from './wire-to-records.ts';
import { writeQueue } from './write-queue.ts';

/** In the order of the data. */
const benchmarks: readonly Benchmark[] = [
  wireToRecords,
  textToRecords,
  writeQueue,
  recordsToPostgres,
  historyCost,
  extract,
  ledgerIterations,
  wholePipeline,
  growth,
  requestRate,
  changeToRow,
  fleet,
  memory,
  queries,
  sizes,
  search,
  history,
  historySizes,
  verify,
];

const DEFAULT_REPETITIONS = '5';

/**
 * `npm run bench`: measures this project beside its peers and limits in one run on one machine, prints the table and
 * writes it as JSON. Everything runs on loopback, on servers that it starts and stops itself.
 */
const { only, repetitions, long, json } = readOptions(process.argv.slice(2));
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryBytes: totalmem(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
};
const results: Result[] = [];
for (const { name, run } of benchmarks) {
  if (only.length > 0 && !only.includes(name)) continue;
  try {
    const log = (progress: string) => console.error(`${name}: ${progress}`);
    results.push(...(await run({ repetitions, long, log })));
  } finally {
    await closeEverything();
  }
  // Written after each benchmark, so that a failure does not lose the ones before.
  const measured = { measuredAt: new Date().toISOString(), machine, repetitions, long, results };
  writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
}
console.log(formatTable(results));

interface BenchOptions {
  /** Benchmarks to run; all when empty. */
  only: string[];
  repetitions: number;
  long: boolean;
  /** The file for the results. */
  json: string;
}

/** Parses the arguments. Exits after `--help`, and with 2 when they are invalid. */
function readOptions(args: string[]): BenchOptions {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string', multiple: true, default: [] },
        repetitions: { type: 'string', default: DEFAULT_REPETITIONS },
        long: { type: 'boolean', default: false },
        json: { type: 'string', default: 'bench-results.json' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage());
      process.exit(0);
    }
    const count = Number(values.repetitions);
    if (!Number.isInteger(count) || count < 1) throw new Error('--repetitions takes a positive integer');
    const unknown = values.only.find((name) => !benchmarks.some((benchmark) => benchmark.name === name));
    if (unknown !== undefined) throw new Error(`unknown benchmark "${unknown}"`);
    return { only: values.only, repetitions: count, long: values.long, json: values.json };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage()}`);
    process.exit(2);
  }
}

function usage(): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  return [
    'usage: npm run bench -- [--only NAME]… [--repetitions N] [--long] [--json FILE]',
    '',
    '  --only         run only this benchmark; can be repeated (default: all)',
    `  --repetitions  runs of each measurement (default: ${DEFAULT_REPETITIONS})`,
    '  --long         use the full sizes, even where that takes minutes',
    '  --json         the file for the results (default: bench-results.json)',
    '',
    ...benchmarks.map(({ name, measures }) => `  ${name.padEnd(width)}  ${measures}`),
  ].join('\n');
}
