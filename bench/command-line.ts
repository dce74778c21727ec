import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.ts';

export interface BenchOptions {
  /** The names of the benchmarks to run; all of them when it is empty. */
  only: string[];
  repetitions: number;
  long: boolean;
  /** The file that the figures are written to. */
  json: string;
}

const DEFAULT_REPETITIONS = '5';

/** Reads `npm run bench -- …`. Ends the process after `--help`, and with 2 when the line cannot be taken. */
export function readOptions(args: string[]): BenchOptions {
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
    const repetitions = Number(values.repetitions);
    if (!Number.isInteger(repetitions) || repetitions < 1) {
      throw new Error('--repetitions takes a whole number from 1 on');
    }
    const unknown = values.only.find((name) => !benchmarks.some((benchmark) => benchmark.name === name));
    if (unknown !== undefined) throw new Error(`there is no benchmark "${unknown}"`);
    return { only: values.only, repetitions, long: values.long, json: values.json };
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
    '  --only         one of those below; may be given again (default: all)',
    `  --repetitions  how often each is run (default: ${DEFAULT_REPETITIONS})`,
    '  --long         full sizes also where that takes minutes',
    '  --json         where the figures are written (default: bench-results.json)',
    '',
    ...benchmarks.map(({ name, measures }) => `  ${name.padEnd(width)}  ${measures}`),
  ].join('\n');
}
