import type { TextReader } from './peers/read-texts.ts';
import { readAppEntries } from './input/app-records.ts';
import { atLeast, type Benchmark } from './measure/benchmark.ts';
import { startMeasuredProcess } from './measure/measured-process.ts';
import { interleave } from './measure/figure.ts';

/** V8 needs a pass or two over all bodies to finish optimizing. */
const WARM_UPS = 2;

/**
 * KeyValues bodies to records, compared with kvparser and with parsing the same trees as JSON, in MB of KeyValues text.
 *
 * All of them start from bytes, as they arrive; the note has JSON.parse from a string that is there already.
 */
export const textToRecords: Benchmark = {
  name: 'text-to-records',
  measures: 'parsing and extraction: KeyValues text to AppRecord',
  run: async ({ repetitions, log }) => {
    const { origin } = await readAppEntries();
    const file = new URL('peers/read-texts.ts', import.meta.url);
    const start = async (reader: TextReader) => (await startMeasuredProcess(file, [reader])).run;
    const { project, kvparser, jsonString, jsonBytes } = await interleave(
      {
        project: await start('project'),
        kvparser: await start('kvparser'),
        jsonString: await start('json-string'),
        jsonBytes: await start('json-bytes'),
      },
      { repetitions, warmUps: WARM_UPS, log },
    );
    const peer = { name: 'kvparser + the same extraction', ...kvparser };
    const limit = { name: 'JSON.parse from bytes, no extraction', ...jsonBytes };
    return [
      {
        what: `text → AppRecord, ${origin}`,
        unit: 'MB of text per CPU-second',
        project,
        peer,
        limit,
        goals: [atLeast(4, project, peer), atLeast(1, project, limit)],
        note: `JSON.parse from strings: ${Math.round(jsonString.median)} MB per CPU-second`,
      },
    ];
  },
};
