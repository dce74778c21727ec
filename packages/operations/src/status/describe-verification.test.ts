import { expect, test } from 'vitest';
import { describeDocuments, describeVerification } from './describe-verification.ts';

const at = new Date('2026-11-22T14:00:00Z');
const counts = { sample: null, documents: 282_630, verified: 282_630, differing: 0, damaged: 0 };

test('a verification says how many documents are proven, and what is the matter with each other one', () => {
  expect(describeVerification(counts)).toBe("282,630 of 282,630 documents are Steam's, byte for byte");
  expect(describeVerification({ ...counts, verified: 282_618, differing: 2, damaged: 1 })).toBe(
    "282,617 of 282,630 documents are Steam's, byte for byte; 2 differ, 1 damaged in the database, 10 could not be compared",
  );
  expect(describeVerification({ ...counts, documents: 20, verified: 20, damaged: null, sample: 20 })).toBe(
    "20 of 20 documents are Steam's, byte for byte, in a sample of 20 apps",
  );
});

test('the documents are not mentioned where none is stored, and their verification once there was one', () => {
  expect(describeDocuments({ stored: 0, verification: null }, at)).toBeUndefined();
  expect(describeDocuments({ stored: 5, verification: null }, at)).toBe(
    '5 stored, not compared with Steam yet: pics verify',
  );
  const verification = { ...counts, documents: 5, verified: 5, finishedAt: new Date('2026-11-22T11:00:00Z') };
  expect(describeDocuments({ stored: 5, verification }, at)).toBe(
    "5 stored; verified 3h ago: 5 of 5 documents are Steam's, byte for byte",
  );
});
