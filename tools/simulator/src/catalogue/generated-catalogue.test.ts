import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { GeneratedCatalogue } from './generated-catalogue.ts';

// Real processes and thousands of bodies on a busy machine: the limit only distinguishes hanging from slow.
vi.setConfig({ testTimeout: 60_000 });

const bodies = (catalogue: GeneratedCatalogue) =>
  catalogue.appids().map((appid) => catalogue.findApp(appid)?.readBuffer() ?? Buffer.alloc(0));

function fingerprint(catalogue: GeneratedCatalogue): string {
  const hash = createHash('sha1');
  for (const appid of catalogue.appids()) {
    const app = catalogue.findApp(appid);
    hash
      .update(`${appid} ${app?.changeNumber} ${app?.missingToken} ${app?.onlyPublic}\n`)
      .update(app?.readBuffer() ?? '');
  }
  return hash.digest('hex');
}

describe('a generated catalogue', () => {
  test('is the same for the same seed, and different for another', () => {
    expect(fingerprint(new GeneratedCatalogue(7, 1_000))).toBe(fingerprint(new GeneratedCatalogue(7, 1_000)));
    expect(fingerprint(new GeneratedCatalogue(7, 1_000))).not.toBe(
      fingerprint(new GeneratedCatalogue(8, 1_000)),
    );
  });

  test('makes the same changes for the same seed, and reports them', () => {
    const [one, other] = [new GeneratedCatalogue(7, 1_000), new GeneratedCatalogue(7, 1_000)];
    const changes = one.release(500, one.startChangeNumber);
    expect(other.release(500, other.startChangeNumber)).toEqual(changes);
    expect(fingerprint(other)).toBe(fingerprint(one));
    const unchanged = new GeneratedCatalogue(7, 1_000);
    const changed = new Set(changes.filter(({ kind }) => kind === 'app').map(({ id }) => id));
    const describeApp = (catalogue: GeneratedCatalogue, appid: number) => {
      const app = catalogue.findApp(appid);
      return app && { changeNumber: app.changeNumber, body: app.readBuffer().toString() };
    };
    const known = new Set([...one.appids(), ...unchanged.appids()]);
    const isSame = (appid: number) =>
      JSON.stringify(describeApp(one, appid)) === JSON.stringify(describeApp(unchanged, appid));
    expect([...known].filter((appid) => !isSame(appid))).toEqual(
      [...known].filter((appid) => changed.has(appid)),
    );
  });

  test('adds, removes and restricts apps as it changes', () => {
    const catalogue = new GeneratedCatalogue(7, 1_000);
    const before = new Set(catalogue.appids());
    const open = [...before].filter((appid) => !catalogue.findApp(appid)?.missingToken);
    catalogue.release(2_000, catalogue.startChangeNumber);
    const after = new Set(catalogue.appids());
    expect([...after].filter((appid) => !before.has(appid)).length).toBeGreaterThan(20);
    expect([...before].filter((appid) => !after.has(appid)).length).toBeGreaterThan(0);
    expect(open.filter((appid) => catalogue.findApp(appid)?.missingToken).length).toBeGreaterThan(0);
  });

  test('changes one thing of an app at a time, everything in the long run, and never to an older build', () => {
    const catalogue = new GeneratedCatalogue(7, 100);
    const read = (appid: number) => catalogue.findApp(appid)?.readBuffer().toString() ?? '';
    const publicBuild = (text: string) =>
      Number(/"branches"\s*{\s*"public"\s*{\s*"buildid"\s*"(\d+)/.exec(text)?.[1]);
    const parts = {
      builds: /buildid|gid/,
      reviews: /review_percentage/,
      tags: /^\t\t\t"\d+"\t/,
      deck: /tested_build/,
      dlc: /listofdlc/,
      name: /^\t\t"name"/,
      release: /releasestate/i,
      languages: /^\t\t\t"[a-z]+"$/,
    };
    const seen = new Set<string>();
    const descending: number[] = [];
    for (const appid of catalogue.appids()) {
      for (let revision = 1; revision <= 40; revision += 1) {
        const before = read(appid);
        catalogue.touch(appid, 40_000_000 + revision);
        const after = read(appid);
        const lines = new Set(before.split('\n'));
        const changed = after.split('\n').filter((line) => !lines.has(line));
        const of = Object.entries(parts).flatMap(([part, pattern]) =>
          changed.some((line) => pattern.test(line)) ? [part] : [],
        );
        expect(of.length, changed.join('\n')).toBeLessThan(2);
        for (const part of of) seen.add(part);
        if (publicBuild(after) < publicBuild(before)) descending.push(appid);
      }
    }
    expect(descending).toEqual([]);
    expect([...seen].toSorted()).toEqual(Object.keys(parts).toSorted());
  });

  test('assigns ascending change numbers, and shows the newest one of each app and package', () => {
    const catalogue = new GeneratedCatalogue(7, 1_000);
    const changes = catalogue.release(300, 40_000_000);
    const numbers = changes.map(({ changeNumber }) => changeNumber);
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    expect(numbers[0]).toBeGreaterThan(40_000_000);
    const newest = new Map(changes.map((change) => [`${change.kind} ${change.id}`, change]));
    for (const { kind, id, changeNumber } of newest.values()) {
      const found = kind === 'app' ? catalogue.findApp(id) : catalogue.findPackage(id);
      expect(found?.changeNumber ?? changeNumber, `${kind} ${id}`).toBe(changeNumber);
    }
  });

  test('distributes appids as Steam does', () => {
    const appids = new GeneratedCatalogue(7, 20_000).appids();
    expect(appids.length).toBeGreaterThan(19_500);
    expect(appids.at(-1)).toBeGreaterThan(20_000 * 13);
    expect(appids.at(-1)).toBeLessThan(20_000 * 16);
    const tens = appids.filter((appid) => appid % 10 === 0).length / appids.length;
    expect(tens).toBeGreaterThan(0.7);
    expect(tens).toBeLessThan(0.9);
  });

  test.each([1, 2])(
    'has bodies of about 4 kB with a tail to 400 kB (seed %i)',
    (seed) => {
      const sizes = bodies(new GeneratedCatalogue(seed, 20_000)).map(({ length }) => length);
      const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
      expect(mean).toBeGreaterThan(3_500);
      expect(mean).toBeLessThan(4_500);
      const largest = Math.max(...sizes);
      expect(largest).toBeGreaterThan(200_000);
      expect(largest).toBeLessThan(450_000);
    },
    60_000,
  );

  test('contains the oddities of Steam', () => {
    const texts = bodies(new GeneratedCatalogue(7, 5_000)).map((body) => body.subarray(0, -1).toString());
    const types = [
      'Game',
      'game',
      'DLC',
      'Demo',
      'Tool',
      'Music',
      'Application',
      'Config',
      'hardware',
      'Video',
      'Beta',
    ];
    const patterns = {
      leadingBlank: /^\t\t"name"\t\t" /m,
      trailingBlank: /^\t\t"name"\t\t"[^"]* "$/m,
      quotes: /^\t\t"name"\t\t"\\"/m,
      backslash: /\\\\/,
      rawTab: /^\t\t"name"\t\t"\t/m,
      lineBreak: /^\t\t"café_note"\t\t"first line\nsecond\tline"$/m,
      otherScripts: /\p{Script=Cyrillic}|\p{Script=Hangul}/u,
      beyondBasicPlane: /🎮/u,
      mixedCaseKey: /"ReleaseState"/,
      sameKeyTwice: /^\t\t"name"[^]*^\t\t"name"/m,
      withoutName: /"common"\n\t\{\n(?!\t\t"name")/,
      withoutType: /"name"\t\t".*"\n(?!\t\t"type")/,
      publicOnlyStub: /^"appinfo"\n\{\n\t"appid"\t\t"\d+"\n\t"public_only"\t\t"1"\n\}\n$/,
      publicPart: /"public_only"\t\t"1"\n\t"common"/,
      emptyItemInDlc: /"listofdlc"\t\t"[\d,]+,"/,
      noPrimaryGenre: /"primary_genre"\t\t"0"/,
      emptyScore: /"review_score"\t\t""/,
      deckReport: /"steam_deck_compatibility"/,
      languages: /^\t\t"languages"/m,
      storeLanguages: /^\t\t"supported_languages"/m,
      dateZero: /"steam_release_date"\t\t"0"/,
      ...Object.fromEntries(
        types.map((type) => [`type ${type}`, new RegExp(`^\\t\\t"type"\\t\\t"${type}"$`, 'm')]),
      ),
    };
    const missing = Object.entries(patterns).filter(
      ([, pattern]) => !texts.some((text) => pattern.test(text)),
    );
    expect(missing.map(([what]) => what)).toEqual([]);
  });

  test('remembers an app as it was before its last change', () => {
    const catalogue = new GeneratedCatalogue(7, 100);
    const [appid = 0] = catalogue.appids();
    const before = catalogue.findApp(appid);
    expect(catalogue.findPreviousApp(appid)).toBeUndefined();
    catalogue.touch(appid, 40_000_000);
    const previous = catalogue.findPreviousApp(appid);
    expect(previous?.changeNumber).toBe(before?.changeNumber);
    expect(previous?.readBuffer()).toEqual(before?.readBuffer());
    expect(catalogue.findApp(appid)?.readBuffer()).not.toEqual(before?.readBuffer());
  });

  test('has digests that match the bodies, before and after a change', () => {
    const catalogue = new GeneratedCatalogue(7, 200);
    const expectFit = (appid: number) => {
      const app = catalogue.findApp(appid);
      const body = app?.readBuffer() ?? Buffer.alloc(0);
      const sha = createHash('sha1').update(body.subarray(0, -1)).digest();
      // The second time it is remembered.
      for (const digest of [app?.readDigest(), app?.readDigest()]) {
        expect(digest?.size).toBe(body.length);
        expect(Buffer.from(digest?.sha ?? [])).toEqual(sha);
      }
    };
    for (const appid of catalogue.appids()) expectFit(appid);
    const [changing = 0] = catalogue.appids();
    const taken = catalogue.findApp(changing);
    const shaNow = () => Buffer.from(taken?.readDigest().sha ?? []);
    const before = shaNow();
    catalogue.touch(changing, catalogue.startChangeNumber);
    expect(shaNow()).toEqual(before);
    catalogue.release(200, catalogue.startChangeNumber);
    for (const appid of catalogue.appids()) expectFit(appid);
  });

  test('of 300,000 apps takes little memory, even after many bodies were read', () => {
    const source = fileURLToPath(new URL('generated-catalogue.ts', import.meta.url));
    const script = `
      const { GeneratedCatalogue } = await import(${JSON.stringify(source)});
      global.gc();
      const before = process.memoryUsage();
      const catalogue = new GeneratedCatalogue(1, 300_000);
      for (const appid of catalogue.appids().slice(0, 20_000)) catalogue.findApp(appid).readDigest();
      global.gc();
      const after = process.memoryUsage();
      console.log(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers, catalogue.appids().length);
    `;
    const output = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const [bytes = 0, apps = 0] = output.split(' ').map(Number);
    expect(apps).toBeGreaterThan(290_000);
    expect(bytes).toBeLessThan(30_000_000);
  });
});
