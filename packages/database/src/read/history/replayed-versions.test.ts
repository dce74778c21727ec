import { beforeAll, describe, expect, test } from 'vitest';
import { randomIntegers } from '../../../../appinfo/src/keyvalues/testing/random-texts.ts';
import { recordedTexts } from '../../../../appinfo/src/keyvalues/testing/recorded-texts.ts';
import type { Database } from '../../connection/connect-database.ts';
import { freshDatabase } from '../../testing/support/fresh-database.ts';
import { send } from '../../write/history/testing/send.ts';
import { findVersion } from './find-version.ts';

/** Apps with several recorded texts, each with a different change number. */
const HISTORIES = Map.groupBy(recordedTexts, ({ appid }) => appid)
  .values()
  .map((texts) => [...new Map(texts.map((text) => [text.changeNumber, text])).values()])
  .filter((texts) => texts.length > 1)
  .toArray();

describe.skipIf(HISTORIES.length === 0)('recorded histories (skipped without recorded PICS data)', () => {
  let db: Database;

  beforeAll(async () => {
    ({ db } = await freshDatabase());
  });

  test('that arrived in any order are found text by text at their change numbers, byte for byte', async () => {
    const random = randomIntegers(17);
    const shuffled = HISTORIES.map((texts) =>
      texts.map((text) => ({ text, at: random(1_000_000) })).sort((a, b) => a.at - b.at),
    );
    await send(
      db,
      shuffled.flatMap((texts) => texts.map(({ text }) => ({ ...text, body: text.read() }))),
    );
    const faults: string[] = [];
    let found = 0;
    for (const { appid, changeNumber, read } of HISTORIES.flat()) {
      const version = await findVersion(db, appid, changeNumber);
      if (version?.text.equals(read())) found += 1;
      else faults.push(`${appid} at ${changeNumber}: that of ${version?.changeNumber}`);
    }
    expect(faults).toEqual([]);
    expect(found).toBeGreaterThan(4_000);
  }, 120_000);
});
