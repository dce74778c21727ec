import { isDeepStrictEqual } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PermanentError } from './errors.ts';
import type { FetchedApps } from './fetched-apps.ts';
import { writeJobSchema, type WriteAppsJob } from './flow.ts';
import { packWriteJob, unpackWriteJob } from './write-frame.ts';

const FETCHED: FetchedApps = {
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
    {
      appid: 730,
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
  unknown: [3],
  failed: [{ appid: 4, error: 'KeyValuesError: no end of block' }],
  unanswered: [{ appid: 5, reason: 'NoResponse: Steam left the app out of its response', counts: true }],
  bodies: [
    { appid: 440, bytes: Buffer.from('"appinfo"\n{\n\t"appid"\t\t"440"\n}\n') },
    { appid: 10, bytes: Buffer.from([0x22, 0xff, 0x00, 0xfe]) },
  ],
};

/** The frame of these as version 2 of the services makes it. Never change it. */
const RECORDED_FRAME =
  'KLUv/WRfBZUbAAY1mjWAN0kHJjESIzESIwWkXYv2t1wZ997Unt0IkZuIT9ANfB8OQkDDtwFg+2NDrbXzTSc3Ny0GbYQAiQCNABBq' +
  'dfHKufnWHTNYPJ7WjR/tla420n778C5gWF+GT8RkW8Xy1Z2b0NebYYwzgtc5yP2iSOmrLxYpl5vhwyLpSnx9JX2vrD8oSfC5ekS/' +
  '3qhEXv1pLjJjo6Gms+2nccvlr0u5z6NXDPNY541IU8FGTyXPFdOssxajvgJZl4zhs/xKQgKAR45mPUracqUm0XL7irFO8Sy7cg6R' +
  'TfI8ZejKYVAUhtG2PlfN+gEKq9Q4XjnLb6Mrh+FwNIrRNAgibaevRY2h4/F4NI+mcYCQdFteTZPr1pEpYWNTJ9RO7nW2UiKbi97K' +
  'jXRGT92VI0AtGHZs/Mh16LcE+i1rvDpr7YiVuu7BfM0pOYHstcnXpcQBUt0rMC67mhyGwXgsHI9jLqKuaQWBGHUjjStBydUuP8jG' +
  'lr3tBztNj7NXfp0h1Pt4+7UJudymg2XlGTXIme70wdbPmw8U5+ZD1KAHGxraTYXWYaLdlAvRciUm2Dao8TageNYhIsDX31LAxtcp' +
  '6qJs7JXFOqWba5HWGiXYICHDMI+GwfB1hoC5NguwZRyNEBIifGFaONNoXEHhTGGhsnAIvclxGoppIMphGJDGYOTK6Td5kd16wiVG' +
  'XVbSS0PrlmWtfDDKhYAKLlUA70Q+PcUDXWSB4MLeLvAty4Dc6bQBZRMw71XDNYUg628CH8WbV840OdNKp9A6g2AMJ1LqAtnYSq2v' +
  'IpGrhjFAIrfCaYPzRui24gzDLHg+DceAhkUG/TZqqBGZUoYwo8yMkLQlxYwBIAJClEJldxKAhkkHmTGRRak/G9sBUJudbngqr+FI' +
  'C/t1irDL64rqzih8imgyAukB0nqSisA07gqMVcUZ5CTfbYPjcq32bISKyhTkBfhhSySqRETHhh3SE5eaZ8gBMAJQYdBgnb3HEbsL' +
  'HJK0AathGPjVbYLVPhlLc+sCX56TDTtE2zjYoMlPiNiL3QLiqeXECQt/I4MjVoKa+H15yW2SCYt/J/kG3BWJuORfxwdHe9SkA2Fx' +
  'wCKjuwgvIXrku/puR44PlZrz2asenGWCxdwuGkwwBbf0zLzo9klnkET4kvE4ltvb8YP+9DR/xC1cMMqudf2TjYwzVUigdV0=';

function reasonOf(frame: string): unknown {
  try {
    return unpackWriteJob({ ...packWriteJob(FETCHED), frame });
  } catch (error) {
    return error;
  }
}

/** A frame with this JSON, and these bytes after it. */
function frameOf(json: string, bodies = ''): string {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(json));
  return zstdCompressSync(Buffer.concat([length, Buffer.from(json), Buffer.from(bodies)])).toString('base64');
}

describe('the frame of a write job', () => {
  test('contains what was fetched, with every body byte for byte', () => {
    const job: unknown = JSON.parse(JSON.stringify(packWriteJob(FETCHED)));
    expect(unpackWriteJob(writeJobSchema.parse(job) as WriteAppsJob)).toEqual(FETCHED);
  });

  test('written by an older fetcher is still read: its format never changes', () => {
    const job = { ...packWriteJob(FETCHED), frame: RECORDED_FRAME };
    expect(unpackWriteJob(job)).toEqual(FETCHED);
  });

  test('may lack bodies, and its job counts what it contains', () => {
    const { bodies: _, ...fetched } = FETCHED;
    const job = packWriteJob(fetched);
    expect(job.counts).toEqual({ records: 3, bodies: 0, unknown: 1, failed: 1, unanswered: 1 });
    expect(unpackWriteJob(job)).toEqual({ ...fetched, bodies: [] });
  });

  test('may contain fields that only a newer writer knows', () => {
    const newer = { ...FETCHED, added: { by: 'a newer version' } };
    expect(unpackWriteJob(packWriteJob(newer))).toEqual(FETCHED);
  });

  test('never yields other records or bodies when a byte is changed, and is refused for good when its end is missing', () => {
    const { frame } = packWriteJob(FETCHED);
    const bytes = Buffer.from(frame, 'base64');
    const outcomeOf = (changed: Buffer) => reasonOf(changed.toString('base64'));
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      const outcome = outcomeOf(changed);
      // Zstandard does not use every bit of its headers.
      const isSame = isDeepStrictEqual(outcome, FETCHED);
      expect(isSame || outcome instanceof PermanentError, `byte ${at}`).toBe(true);
      expect(outcomeOf(bytes.subarray(0, at)), `cut at ${at}`).toBeInstanceOf(PermanentError);
    }
  });

  test('is refused for good when it would exhaust the memory', () => {
    const bomb = zstdCompressSync(Buffer.alloc(200 * 1024 * 1024)).toString('base64');
    expect(bomb.length).toBeLessThan(100_000);
    expect(reasonOf(bomb)).toBeInstanceOf(PermanentError);
  });

  test.each([
    ['nothing', ''],
    ['no base64', '%%%'],
    ['less than a length', zstdCompressSync(Buffer.from('abc')).toString('base64')],
    ['a length beyond its end', zstdCompressSync(Buffer.from('\xff\xff\xff\x7fabc')).toString('base64')],
    ['no JSON', frameOf('{')],
    ['JSON of another shape', frameOf('{"records":[{"appid":-1}],"bodies":[]}')],
    [
      'a body that is not there',
      frameOf('{"records":[],"unknown":[],"failed":[],"unanswered":[],"bodies":[[1,5]]}', 'abcd'),
    ],
    [
      'more than the listed bodies',
      frameOf('{"records":[],"unknown":[],"failed":[],"unanswered":[],"bodies":[[1,5]]}', 'abcdef'),
    ],
  ])('is refused for good when it holds %s', (_, frame) => {
    expect(reasonOf(frame)).toBeInstanceOf(PermanentError);
  });
});
