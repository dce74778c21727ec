import { expect, test } from 'vitest';
import { extractedCommon } from './testing/extracted.ts';

const DEPOT_LANGUAGE = { supported: true, full_audio: false, subtitles: false };

test('languages are those of the depots, merely supported, when the store names none', () => {
  const languages = [
    ['english', '1'],
    ['german', '0'],
    ['german', '1'],
    ['French', 'true'],
  ] as const;
  expect(extractedCommon({ supported_languages: {}, languages }).languages).toEqual({
    english: DEPOT_LANGUAGE,
    french: DEPOT_LANGUAGE,
  });
});

test('languages of the store replace those of the depots; absent flags are false, and the first of equal languages counts', () => {
  const supported_languages = { English: { full_audio: '1' }, english: { supported: '1' }, french: {} };
  expect(extractedCommon({ supported_languages, languages: { german: '1' } }).languages).toEqual({
    english: { supported: false, full_audio: true, subtitles: false },
    french: { supported: false, full_audio: false, subtitles: false },
  });
});

test('languages are null when neither names any', () => {
  expect(extractedCommon({ languages: { german: '0' } }).languages).toBeNull();
});

test('a key that would replace a prototype is not a language', () => {
  const { languages } = extractedCommon({
    languages: [
      ['__proto__', '1'],
      ['constructor', '1'],
      ['\0 ', '1'],
    ],
  });
  expect(Object.entries(languages ?? {})).toEqual([['constructor', DEPOT_LANGUAGE]]);
  expect(Object.getPrototypeOf(languages)).toBe(Object.prototype);
});
