import {
  MAX_ATTEMPTS,
  PermanentError,
  SteamUnavailable,
  type AppBody,
  type FetchAppsJob,
  type FetchedApps,
} from '@pics/core';
import type { ProductInfo, Unanswered } from '@pics/steam';
import { describe, expect, test } from 'vitest';
import { fetchApps } from './fetch-apps.ts';

const job: FetchAppsJob = {
  version: 2,
  task: 'apps',
  batchId: 'batch',
  changeNumber: 100,
  attempt: 0,
  appids: [10, 20, 30],
};

function entry(appid: number, text = `"appinfo"\n{\n\t"appid"\t\t"${appid}"\n}\n`): AppBody {
  return { appid, changeNumber: 90, missingToken: false, body: Buffer.from(text) };
}

function unanswered(appids: number[], reason: Unanswered['reason']): Unanswered[] {
  return appids.map((appid) => ({ appid, reason }));
}

/** Runs the step against a Steam that responds with `info`; returns the write jobs. */
async function run(info: Partial<ProductInfo>, changed: Partial<FetchAppsJob> = {}) {
  const written: FetchedApps[] = [];
  const outcome = await fetchApps(
    { ...job, ...changed },
    {
      getProductInfo: async () => ({ apps: [], unknown: [], unanswered: [], parts: 1, ...info }),
      addWriteJob: async (writeJob) => void written.push(writeJob),
    },
  ).catch((error: Error) => error);
  return { written, outcome };
}

describe('fetchApps', () => {
  test('puts every app of the batch into exactly one list of the write job, with the change number of the batch', async () => {
    const { written } = await run({
      apps: [entry(10)],
      unknown: [20],
      unanswered: unanswered([30], 'absent'),
    });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({ batchId: 'batch', changeNumber: 100, unknown: [20], failed: [] });
    expect(written[0]?.records.map((record) => record.appid)).toEqual([10]);
    expect(written[0]?.unanswered).toEqual([
      { appid: 30, reason: 'NoResponse: Steam left the app out of its response', counts: true },
    ]);
  });

  test('sends the tokens of the job, and reports those with which Steam still returns only a part', async () => {
    let sent: ReadonlyMap<number, string> | undefined;
    const written: FetchedApps[] = [];
    await fetchApps(
      { ...job, tokens: { 10: '77', 20: '88' } },
      {
        getProductInfo: async (_appids, tokens) => {
          sent = tokens;
          const apps = [
            entry(10),
            { ...entry(20), missingToken: true },
            { ...entry(30), missingToken: true },
          ];
          return { apps, unknown: [], unanswered: [], parts: 1 };
        },
        addWriteJob: async (writeJob) => void written.push(writeJob),
      },
    );
    expect(sent).toEqual(
      new Map([
        [10, '77'],
        [20, '88'],
      ]),
    );
    expect(written[0]?.refusedTokens).toEqual([[20, '88']]);
  });

  test('passes on the SHA-1 of a whole body, but not that of a part', async () => {
    const sha1 = 'a'.repeat(40);
    const { written } = await run({
      apps: [
        { ...entry(10), sha1 },
        { ...entry(20), sha1, missingToken: true },
      ],
    });
    expect(written[0]?.records.map((record) => record.sha1)).toEqual([sha1, undefined]);
  });

  test('passes on the text of each usable app that has one, byte for byte', async () => {
    const broken = Buffer.concat([
      Buffer.from('"appinfo"{"appid" "10" "x" "'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    const { written } = await run({
      apps: [
        { ...entry(10), body: broken },
        { ...entry(20, ''), missingToken: true },
        { ...entry(21, '\0'), missingToken: true },
        entry(30, '"appinfo"\n{'),
        { ...entry(40), missingToken: true },
      ],
    });
    expect(written[0]?.records.map(({ appid }) => appid)).toEqual([10, 20, 21, 40]);
    expect(written[0]?.bodies).toEqual([
      { appid: 10, bytes: broken },
      { appid: 40, bytes: entry(40).body },
    ]);
  });

  test('fails an app whose body cannot be read, with the reason, and passes the rest of its batch', async () => {
    const { written } = await run({ apps: [entry(10), entry(20, '"appinfo"\n{'), entry(30)] });
    expect(written[0]?.records.map((record) => record.appid)).toEqual([10, 30]);
    expect(written[0]?.failed).toEqual([{ appid: 20, error: expect.stringMatching(/^KeyValuesError: /) }]);
  });

  test('leaves the batch whole when the connection was lost before anything arrived', async () => {
    const { written, outcome } = await run({ unanswered: unanswered([10, 20, 30], 'disconnected') });
    expect(outcome).toBeInstanceOf(SteamUnavailable);
    expect(written).toEqual([]);
  });

  test('uses what arrived before a disconnect and requests the rest again without costing it an attempt', async () => {
    const { written } = await run({ apps: [entry(10)], unanswered: unanswered([20, 30], 'disconnected') });
    expect(written[0]?.records).toHaveLength(1);
    expect(written[0]?.unanswered.map(({ appid, counts }) => [appid, counts])).toEqual([
      [20, false],
      [30, false],
    ]);
  });

  test('fails the job of a single app that got no response on its last attempt, after adding the write job', async () => {
    const last = { appids: [10], attempt: MAX_ATTEMPTS - 1 };
    const { written, outcome } = await run({ unanswered: unanswered([10], 'timeout') }, last);
    expect(outcome).toBeInstanceOf(PermanentError);
    expect(outcome).toHaveProperty('message', expect.stringContaining('app 10'));
    expect(written[0]?.unanswered).toHaveLength(1);
  });

  test('does not fail the job while the app has attempts left', async () => {
    const { outcome } = await run({ unanswered: unanswered([10], 'timeout') }, { appids: [10], attempt: 3 });
    expect(outcome).toMatchObject({ unanswered: 1 });
  });
});
