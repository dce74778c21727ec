import type { TextReader } from './contenders/read-texts.ts';
import { readAppEntries } from './input/app-entries.ts';
import { atLeast, type Benchmark } from './measure/benchmark.ts';
import { startContender } from './measure/contender-process.ts';
import { interleave } from './measure/interleave.ts';

/** Compiled for good only after the first pass or two over all bodies. */
const WARM_UPS = 2;

/**
 * Bodies of apps to records, and what the same trees cost to parse as JSON, all in MB of KeyValues text.
 *
 * JSON.parse begins with a string here, which is all that it can be asked to begin with. What comes off a wire is bytes,
 * and the project begins with those; making strings of them first is in the note.
 */
export const textToRecords: Benchmark = {
  name: 'text-to-records',
  measures: 'reading the bodies of apps: KeyValues text to AppRecord',
  run: async ({ repetitions, tell }) => {
    const { origin } = await readAppEntries();
    const file = new URL('contenders/read-texts.ts', import.meta.url);
    const start = async (reader: TextReader) => (await startContender(file, [reader])).run;
    const { project, kvparser, jsonString, jsonBytes } = await interleave(
      {
        project: await start('project'),
        kvparser: await start('kvparser'),
        jsonString: await start('json-string'),
        jsonBytes: await start('json-bytes'),
      },
      { repetitions, warmUps: WARM_UPS, tell },
    );
    const peer = { name: 'kvparser + the same extraction', ...kvparser };
    const limit = { name: 'JSON.parse, no extraction', ...jsonString };
    return [
      {
        what: `text → AppRecord, ${origin}`,
        unit: 'MB of text per CPU-second',
        project,
        peer,
        limit,
        goals: [atLeast(5, project, peer), atLeast(1, project, limit)],
        note: `JSON.parse of bytes instead of strings: ${Math.round(jsonBytes.median)} MB per CPU-second`,
      },
    ];
  },
};
