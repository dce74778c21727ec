import { describe, expect, test } from 'vitest';
import { ago, minutesOf, statusWith, type StatusChange } from '../testing/status-with.ts';
import { describeNamedApps, describeProgress, findHint, isSettled } from './describe-progress.ts';

const boardUrl = 'http://127.0.0.1:3000';
const lineOf = (changed: StatusChange, hint?: string) =>
  describeProgress(statusWith(changed), { boardUrl, hint })
    .spans.map(({ text }) => text)
    .join(' · ');

const counts = {
  known: 282_630,
  wanted: 0,
  inFlight: 0,
  settled: 282_615,
  failed: 15,
  tokensWanted: 0,
  oldestWantedChangeNumber: null,
};
const scan = {
  id: 1,
  reason: 'sweep' as const,
  knownOnly: true,
  startedAt: ago(60_000),
  finishedAt: null,
  nextAppid: 41,
  lastAppid: 99,
  requests: 1,
  seen: 1,
  marked: 1,
  unchanged: 0,
  gone: 0,
  unanswered: 0,
  sample: null,
  documents: 0,
  verified: 0,
  differing: 0,
  damaged: null,
};

describe('describeProgress', () => {
  test('says how Steam is followed, what was written a second, and what failed', () => {
    expect(lineOf({ ledger: { counts, hour: minutesOf(10, 10, 10, 10, 10) } })).toBe(
      'Following Steam · change 36,002,074 (2s ago) · 10 apps/s · 15 failed · http://127.0.0.1:3000',
    );
  });

  test('says what is being retried, scanned, and behind', () => {
    const retries = { apps: 150, attempt: 6, error: null, byAttempts: [{ attempts: 5, apps: 150 }] };
    expect(lineOf({ ledger: { retries, scans: [scan] } })).toContain(
      '0 apps/s · scanned 41 % of the known ids · 150 retried · http',
    );
    const { ledger } = statusWith();
    const feed = ledger && { ...ledger.feed, behindSince: ago(600_000), changesBehind: 7 };
    expect(lineOf({ ledger: { ...(feed && { feed }) } })).toMatch(/^Behind Steam · change /);
  });

  test('shows a catch-up as a share, with the time left', () => {
    const many = { ...counts, wanted: 240_000, settled: 42_630, failed: 0 };
    const status = statusWith({ ledger: { counts: many, hour: minutesOf(0, 400, 400, 400) } });
    const report = describeProgress(status, { boardUrl });
    expect(report.share).toBe(42_630 / 282_630);
    expect(report.spans.map(({ text }) => text).join(' · ')).toBe(
      'Catching up · 15 % done · about 10m left · 400 apps/s · fetched 42,630 of 282,630 apps · http://127.0.0.1:3000',
    );
    expect(report.facts).toMatchObject({
      settled: 42_630,
      etaSeconds: 600,
      appsPerSecond: 400,
      scanned: null,
    });
  });

  test('says what keeps the pipeline from working, as the board does', () => {
    expect(lineOf({ fleet: { replicas: [] } })).toBe(
      'No producer running · Changes are neither recorded nor dispatched. · http://127.0.0.1:3000',
    );
    expect(lineOf({ ledger: { settings: { fetchRate: null, pausedAt: ago(60_000) } } })).toMatch(
      /^Paused · /,
    );
  });
});

describe('findHint', () => {
  const hint = (ledger: StatusChange['ledger'], watchedMs = 60_000) =>
    findHint(statusWith({ ledger: { counts: { ...counts, wanted: 5 }, ...ledger } }), watchedMs);

  test('says how to continue a paused fleet', () => {
    expect(hint({ settings: { fetchRate: null, pausedAt: new Date() } }, 0)).toContain('pics resume');
  });

  test('says after some time that nothing moves, unless a scan is running', () => {
    expect(hint({ hour: minutesOf(0) })).toContain('pics doctor');
    expect(hint({ hour: minutesOf(0) }, 5_000)).toBeUndefined();
    expect(hint({ hour: minutesOf(1) })).toBeUndefined();
    expect(hint({ hour: minutesOf(0), counts })).toBeUndefined();
    expect(hint({ hour: minutesOf(0), scans: [scan] })).toBeUndefined();
  });
});

test('nothing is settled while a scan looks for apps, or while nothing is known', () => {
  expect(isSettled(statusWith())).toBe(true);
  expect(isSettled(statusWith({ ledger: { scans: [scan] } }))).toBe(false);
  expect(isSettled(statusWith({ ledger: { counts: { ...counts, inFlight: 1 } } }))).toBe(false);
  expect(isSettled(statusWith({ ledger: { counts: { ...counts, tokensWanted: 1 } } }))).toBe(false);
  expect(isSettled({ ledger: undefined })).toBe(false);
});

test('named apps have a progress of their own', () => {
  const some = { ...counts, known: 4, wanted: 1, settled: 2, failed: 1 };
  expect(describeNamedApps(some)).toMatchObject({
    share: 3 / 4,
    spans: [{ text: '3 of 4 apps done' }, { text: '1 failed' }],
    counts: 'known 4 · wanted 1 · in flight 0 · settled 2 · failed 1',
  });
});
