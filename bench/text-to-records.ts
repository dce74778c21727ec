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
 * JSON.parse starts from a string, the best case for it. The project starts from bytes, as they arrive; the note has
 * JSON.parse from bytes.
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
    const limit = { name: 'JSON.parse, no extraction', ...jsonString };
    return [
      {
        what: `text → AppRecord, ${origin}`,
        unit: 'MB of text per CPU-second',
        project,
        peer,
        limit,
        goals: [atLeast(5, project, peer), atLeast(1, project, limit)],
        note: `JSON.parse from bytes instead of strings: ${Math.round(jsonBytes.median)} MB per CPU-second`,
      },
    ];
  },
};
