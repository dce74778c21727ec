import { describe, expect, test } from 'vitest';
import { fetchJobSchema, writeJobSchema, type FetchJob, type WriteJob } from './flow.ts';

/** Jobs as version 1 of the services has added them to the queues. Never change one: add what a newer version adds. */
const FETCH_JOBS: FetchJob[] = [
  { version: 1, task: 'apps', batchId: 'a', changeNumber: 38_441_207, attempt: 0, appids: [440, 570] },
  { version: 1, task: 'scan', batchId: 'b', appids: [1, 2, 3] },
];

const WRITE_JOBS: WriteJob[] = [
  {
    version: 1,
    task: 'apps',
    batchId: 'a',
    changeNumber: 38_441_207,
    records: [
      { appid: 10, changeNumber: 900, access: 'restricted' },
      {
        appid: 440,
        changeNumber: 900,
        access: 'public',
        sha1: 'ab'.repeat(20),
        common: {
          name: 'Team Fortress 2',
          type: 'game',
          controllerSupport: 'full',
          reviewScore: 8,
          reviewPercentage: 90,
          metacriticScore: 92,
          metacriticUrl: null,
          platforms: 'windows,linux',
          releaseState: 'released',
          parentAppid: null,
          contentDescriptors: [2, 5],
          languages: { english: { supported: true, full_audio: true, subtitles: true } },
          steamReleaseDate: 1_191_999_600,
          originalReleaseDate: null,
          tagIds: [113, 1663],
          genreIds: [1],
          primaryGenreId: 1,
          categoryIds: [1, 8],
          franchises: ['Team Fortress'],
          deck: {
            category: 3,
            testTimestamp: 1_646_000_000,
            testedBuildId: '8319000',
            steamosCompatibility: 2,
            tests: [
              { display: '4', token: '#SteamDeckVerified_TestResult_DefaultControllerConfigFullyFunctional' },
            ],
            configuration: { requires_internet: { for: 'setup' } },
          },
        },
        extended: { isFree: true, homepageUrl: null, appState: 'eStateAvailable', dlcAppids: [629_330] },
        depots: { lastContentUpdate: 1_764_000_000, currentBuildId: '20900000' },
        developers: ['Valve'],
        publishers: ['Valve'],
      },
    ],
    unknown: [3],
    failed: [{ appid: 4, error: 'KeyValuesError: no end of block' }],
    unanswered: [{ appid: 5, reason: 'NoResponse: Steam left the app out of its response', counts: true }],
  },
  {
    version: 1,
    task: 'apps',
    batchId: 'c',
    changeNumber: 38_441_208,
    records: [
      {
        appid: 440,
        changeNumber: 901,
        access: 'restricted',
        depots: {
          lastContentUpdate: 1_764_000_000,
          currentBuildId: '20900000',
          branches: [
            {
              name: 'public',
              buildId: '20900000',
              timeUpdated: 1_764_000_000,
              isPasswordRequired: false,
              description: null,
            },
          ],
        },
      },
    ],
    unknown: [],
    failed: [],
    unanswered: [],
  },
  {
    version: 1,
    task: 'scan',
    batchId: 'b',
    seen: [
      [440, 900],
      [570, 901, 'cd'.repeat(20)],
    ],
    unanswered: [7],
  },
  {
    version: 1,
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
  test.each(cases)('a newer worker reads a %s job (%s) of version 1', (_queue, _task, schema, job) => {
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
