import { describe, expect, test } from 'vitest';
import { fetchJobSchema, writeJobSchema, type FetchJob, type WriteJob } from './flow.ts';

/** Jobs as version 2 of the services has added them to the queues. Never change one: add what a newer version adds. */
const FETCH_JOBS: FetchJob[] = [
  { version: 2, task: 'apps', batchId: 'a', changeNumber: 38_441_207, attempt: 0, appids: [440, 570] },
  { version: 2, task: 'scan', batchId: 'b', appids: [1, 2, 3] },
];

const WRITE_JOBS: WriteJob[] = [
  {
    version: 2,
    task: 'apps',
    batchId: 'a',
    changeNumber: 38_441_207,
    counts: { records: 2, bodies: 1, unknown: 1, failed: 1, unanswered: 1 },
    frame: 'KLUv/QAAAQAA',
  },
  {
    version: 2,
    task: 'scan',
    batchId: 'b',
    seen: [
      [440, 900],
      [570, 901, 'cd'.repeat(20)],
    ],
    unanswered: [7],
  },
  {
    version: 2,
    task: 'scan',
    batchId: 'b',
    seen: [[730, 902, null, 'ef'.repeat(20)]],
    unanswered: [],
  },
];

const cases = [
  ...FETCH_JOBS.map((job) => ['pics-fetch', job.task, fetchJobSchema, job] as const),
  ...WRITE_JOBS.map((job) => ['pics-write', job.task, writeJobSchema, job] as const),
];

/** Objects whose keys are data: names of languages, and what Valve configures. */
const DATA = new Set(['languages', 'configuration']);

/** The same value as a newer version might send it: with one more field in every object, and one more entry in a full tuple. */
function fromNewerVersion(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const values: unknown[] = value.map((one) => fromNewerVersion(one));
    return typeof value[3] === 'string' ? [...values, 'added'] : values;
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]) => [key, fromNewerVersion(field, key)]);
  return Object.fromEntries(DATA.has(name) ? fields : [...fields, ['added', { by: 'a newer version' }]]);
}

describe('during a deploy', () => {
  test.each(cases)('a newer worker reads a %s job (%s) of version 2', (_queue, _task, schema, job) => {
    expect(schema.parse(JSON.parse(JSON.stringify(job)))).toEqual(job);
  });

  test.each(cases)(
    'an older worker reads a %s job (%s) to which a newer version has added fields',
    (_queue, _task, schema, job) => {
      const newer = fromNewerVersion(JSON.parse(JSON.stringify(job)));
      expect(newer).not.toEqual(job);
      const parsed = schema.parse(newer);
      expect(parsed).toMatchObject({ batchId: job.batchId, task: job.task });
      expect(parsed).not.toHaveProperty('added');
    },
  );
});
