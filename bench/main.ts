import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { closeEverything } from '../test/support/cleanup.ts';
import { benchmarks } from './benchmarks.ts';
import { readOptions } from './command-line.ts';
import type { Line } from './measure/benchmark.ts';
import { formatTable } from './measure/format-table.ts';

/**
 * `npm run bench`: measures this project beside its peers and limits in one run on one machine, prints the table and
 * writes it as JSON. Everything runs on loopback, on servers of its own, and stops by itself.
 */
const { only, repetitions, long, json } = readOptions(process.argv.slice(2));
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryBytes: totalmem(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
};
const lines: Line[] = [];
for (const { name, run } of benchmarks) {
  if (only.length > 0 && !only.includes(name)) continue;
  try {
    const tell = (progress: string) => console.error(`${name}: ${progress}`);
    lines.push(...(await run({ repetitions, long, tell })));
  } finally {
    await closeEverything();
  }
  // After each, so that an hour of measuring is not lost with the last of them.
  const measured = { measuredAt: new Date().toISOString(), machine, repetitions, long, lines };
  writeFileSync(json, `${JSON.stringify(measured, null, 2)}\n`);
}
console.log(formatTable(lines));
