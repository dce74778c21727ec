import type { Benchmark } from './measure/benchmark.ts';
import { textToRecords } from './text-to-records.ts';

/** Everything `npm run bench` measures, in the order data moves. */
export const benchmarks: readonly Benchmark[] = [textToRecords];
