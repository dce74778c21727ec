import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hasRecordedPics, RECORDED_PICS } from '../testing/recorded-pics.ts';
import { RecordedCatalogue } from './recorded-catalogue.ts';

// Real processes and thousands of bodies on a busy machine: the limit only distinguishes hanging from slow.
vi.setConfig({ testTimeout: 60_000 });

/** appid, change number, text. */
const VERSIONS: [number, number, string][] = [
  [20, 100, '"appinfo"\n{\n\t"appid"\t\t"20"\n}\n'],
  [10, 150, '"appinfo"\n{\n\t"appid"\t\t"10"\n\t"public_only"\t\t"1"\n}\n'],
  [10, 300, '"appinfo"\n{\n\t"appid"\t\t"10"\n}\n'],
  [30, 300, '"appinfo"\n{\n\t"appid"\t\t"30"\n}\n'],
  [20, 400, 'not KeyValues \u0001 at all'],
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pics-recorded-'));
  mkdirSync(path.join(folder, 'packages'));
  const lines = VERSIONS.map(([appid, changeNumber, text]) => {
    const file = `apps/${appid}/${changeNumber}.vdf`;
    mkdirSync(path.join(folder, 'apps', String(appid)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
    return `${appid}\tname\t${file}\t${changeNumber}\n`;
  });
  // Newest first and with other columns first: the header and the numbers define both.
  writeFileSync(
    path.join(folder, 'index.tsv'),
    `appid\tname\tpath\tchange_number\n${lines.toReversed().join('')}`,
  );
  writeFileSync(
    path.join(folder, 'packages.tsv'),
    'packageid\tchange_number\tpath\n7\t200\tpackages/7.200.bin\n',
  );
  writeFileSync(path.join(folder, 'packages', '7.200.bin'), Buffer.of(1, 0, 0, 0, 8));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a recorded catalogue', () => {
  test('shows the newest version of each app with its change number', () => {
    const catalogue = new RecordedCatalogue(folder, Infinity);
    expect(catalogue.startChangeNumber).toBe(400);
    expect(catalogue.appids()).toEqual([10, 20, 30]);
    const shown = catalogue.appids().map((appid) => {
      const app = catalogue.findApp(appid);
      return [appid, app?.changeNumber, app?.readBuffer().toString()];
    });
    expect(shown).toEqual([
      [10, 300, `${VERSIONS[2]?.[2]}\0`],
      [20, 400, `${VERSIONS[4]?.[2]}\0`],
      [30, 300, `${VERSIONS[3]?.[2]}\0`],
    ]);
    expect(catalogue.findPackage(7)?.readBuffer()).toEqual(Buffer.of(1, 0, 0, 0, 8));
    expect(catalogue.findApp(11)).toBeUndefined();
  });

  test('replays its versions in the order of their change numbers, one whole number at a time', () => {
    const catalogue = new RecordedCatalogue(folder, 2);
    expect(catalogue.startChangeNumber).toBe(150);
    expect(catalogue.appids()).toEqual([10, 20]);
    expect(catalogue.findApp(10)).toMatchObject({ changeNumber: 150, missingToken: true, onlyPublic: true });
    expect(catalogue.release(1, 150)).toEqual([
      { kind: 'package', id: 7, changeNumber: 200 },
      { kind: 'app', id: 30, changeNumber: 300 },
      { kind: 'app', id: 10, changeNumber: 300 },
    ]);
    expect(catalogue.findApp(10)).toMatchObject({
      changeNumber: 300,
      missingToken: false,
      onlyPublic: false,
    });
    expect(catalogue.findPreviousApp(10)).toMatchObject({ changeNumber: 150, missingToken: true });
    expect(catalogue.release(Infinity, 300)).toEqual([{ kind: 'app', id: 20, changeNumber: 400 }]);
    expect(catalogue.release(1, 400)).toEqual([]);
  });

  test('continues above the number that the feed has reached meanwhile', () => {
    const catalogue = new RecordedCatalogue(folder, 2);
    expect(catalogue.release(Infinity, 350).map(({ changeNumber }) => changeNumber)).toEqual([
      351, 352, 352, 400,
    ]);
    catalogue.touch(20, 900);
    expect(catalogue.findApp(20)).toMatchObject({ changeNumber: 900 });
  });

  test.each(['10\tnone\tapps/10/150.vdf', '10\t150\t../secret', '10\t150\t/etc/passwd', '10\t150'])(
    'reports an invalid line of its index: %j',
    (line) => {
      writeFileSync(path.join(folder, 'index.tsv'), `appid\tchange_number\tpath\n${line}\n`);
      expect(() => new RecordedCatalogue(folder, Infinity)).toThrow(`index.tsv: not a recording: "${line}"`);
    },
  );
});

describe.skipIf(!hasRecordedPics)('the recorded apps of Steam', () => {
  test('are served byte for byte with the SHA-1 that PICS announced, over their whole history', () => {
    const [, ...lines] = readFileSync(path.join(RECORDED_PICS, 'index.tsv'), 'utf8').trimEnd().split('\n');
    // Of two texts under one number the later.
    const announced = new Map(
      lines.map((line) => {
        const [appid, changeNumber, sha, bytes] = line.split('\t');
        return [`${appid} ${changeNumber}`, `${sha} ${bytes}`];
      }),
    );
    const catalogue = new RecordedCatalogue(RECORDED_PICS, 1);
    const served = new Map<string, string>();
    const serve = (appid: number) => {
      const app = catalogue.findApp(appid);
      const { size = 0, sha = new Uint8Array() } = app?.readDigest() ?? {};
      served.set(`${appid} ${app?.changeNumber}`, `${Buffer.from(sha).toString('hex')} ${size - 1}`);
    };
    for (const appid of catalogue.appids()) serve(appid);
    let current = catalogue.startChangeNumber;
    for (
      let changes = catalogue.release(1, current);
      changes.length > 0;
      changes = catalogue.release(1, current)
    ) {
      for (const { kind, id } of changes) if (kind === 'app') serve(id);
      current = changes.at(-1)?.changeNumber ?? current;
    }
    expect(served.size).toBeGreaterThan(6_000);
    expect(served).toEqual(announced);
  });
});
