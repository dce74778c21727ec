import { describe, expect, test, vi } from 'vitest';
import { GeneratedCatalogue } from '../catalogue/generated-catalogue.ts';
import { Pics, releaseSteadily } from './pics.ts';
import { ProductEntries } from './product-entries.ts';

// Real processes and thousands of bodies on a busy machine: the limit only distinguishes hanging from slow.
vi.setConfig({ testTimeout: 60_000 });

const open = (apps = 500, window = 5_000, packageWindow = window) =>
  new Pics(new GeneratedCatalogue(5, apps), window, packageWindow);
const textOf = (pics: Pics, appid: number) => pics.findApp(appid)?.readBuffer().subarray(0, -1).toString();

describe('the feed', () => {
  test('lists every id once with its newest number, ascending', () => {
    const pics = open(20);
    const since = pics.currentChangeNumber;
    const released = pics.release(200);
    const { apps } = pics.changesSince(since);
    expect(apps).toEqual(new Map(released.map(({ appid, changeNumber }) => [appid, changeNumber])));
    const numbers = [...(apps?.values() ?? [])];
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    expect(numbers.at(-1)).toBe(pics.currentChangeNumber);
  });

  test('lists nothing for the current number, for 0 and for future numbers', () => {
    const pics = open();
    pics.release(10);
    for (const since of [pics.currentChangeNumber, 0, pics.currentChangeNumber + 7]) {
      expect(pics.changesSince(since)).toEqual({ apps: new Map(), packages: new Map() });
    }
  });

  test('forgets apps and packages beyond their windows, but not earlier', () => {
    const pics = open(500, 100, 300);
    pics.release(400);
    const current = pics.currentChangeNumber;
    expect(pics.changesSince(current - 100).apps?.size).toBeGreaterThan(0);
    expect(pics.changesSince(current - 101).apps).toBeUndefined();
    expect(pics.changesSince(current - 101).packages?.size).toBeGreaterThan(0);
    expect(pics.changesSince(current - 301)).toEqual({ apps: undefined, packages: undefined });
  });

  test('remembers changes before the start', () => {
    const pics = open(20_000, 1_000_000);
    const { apps } = pics.changesSince(pics.currentChangeNumber - 900_000);
    expect(apps?.size).toBeGreaterThan(0);
    for (const [appid, changeNumber] of apps ?? [])
      expect(pics.findApp(appid)?.changeNumber).toBe(changeNumber);
  });

  test('continues by itself at the given rate', async () => {
    const pics = open();
    const stop = releaseSteadily(pics, 200);
    const before = pics.currentChangeNumber;
    await expect.poll(() => pics.currentChangeNumber, { timeout: 4_000 }).toBeGreaterThan(before + 50);
    stop();
    const stoppedAt = pics.currentChangeNumber;
    await new Promise((resolve) => void setImmediate(resolve));
    expect(pics.currentChangeNumber).toBe(stoppedAt);
  });
});

describe('an edited app', () => {
  test('keeps its text when it changes', () => {
    const pics = open(10);
    const [appid = 0] = pics.appids();
    const { changeNumber } = pics.editApp(appid, {
      text: Buffer.from('mine'),
      missingToken: true,
      onlyPublic: false,
    });
    expect(pics.findApp(appid)).toMatchObject({ changeNumber, missingToken: true });
    expect(pics.changesSince(changeNumber - 1).apps).toEqual(new Map([[appid, changeNumber]]));
    pics.release(100);
    expect(textOf(pics, appid)).toBe('mine');
    expect(pics.findApp(appid)?.changeNumber).toBe(pics.changesSince(changeNumber).apps?.get(appid));
    const [again] = pics.releaseApps([appid]);
    expect(pics.findApp(appid)?.changeNumber).toBe(again?.changeNumber);
  });

  test('can be a new one, can be removed, and can be empty', () => {
    const pics = open(10);
    const mine = { missingToken: false, onlyPublic: false };
    pics.editApp(7, { text: Buffer.from('new'), ...mine });
    expect(pics.appids()).toContain(7);
    pics.editApp(7, { text: Buffer.alloc(0), ...mine });
    expect(pics.findApp(7)?.readDigest()).toEqual({ size: 0, sha: undefined });
    expect(pics.findPreviousApp(7)?.readBuffer().toString()).toBe('new\0');
    pics.editApp(7, { unknown: true });
    expect(pics.findApp(7)).toBeUndefined();
    expect(pics.appids()).not.toContain(7);
  });
});

test('named apps change, but nothing changes if one of them never existed', () => {
  const pics = open();
  const [one = 0, other = 0] = pics.appids();
  const texts = [textOf(pics, one), textOf(pics, other)];
  const before = pics.currentChangeNumber;
  expect(() => pics.releaseApps([one, 7])).toThrow('app 7');
  expect(pics.currentChangeNumber).toBe(before);
  expect(pics.releaseApps([one, other])).toEqual([
    { appid: one, changeNumber: before + 1 },
    { appid: other, changeNumber: before + 2 },
  ]);
  expect(textOf(pics, one)).not.toBe(texts[0]);
  expect(textOf(pics, other)).not.toBe(texts[1]);
});

describe('cached entries', () => {
  test('are encoded again when their app has changed', () => {
    const pics = open();
    const entries = new ProductEntries(1_000_000);
    const [appid = 0] = pics.appids();
    const encode = () => {
      const version = pics.findApp(appid);
      return version && Buffer.from(entries.encode(version));
    };
    const before = encode();
    expect(encode()).toEqual(before);
    pics.releaseApps([appid]);
    expect(encode()).not.toEqual(before);
  });

  test('take no more than the given size, and are warmed up to that size', () => {
    const pics = open();
    const entries = new ProductEntries(1_000_000);
    entries.warm(pics);
    expect(entries.bytes).toBeGreaterThan(600_000);
    expect(entries.bytes).toBeLessThanOrEqual(1_000_000);
    for (const appid of pics.appids()) {
      const version = pics.findApp(appid);
      if (version) entries.encode(version);
    }
    expect(entries.bytes).toBeLessThanOrEqual(1_000_000);
  });
});
