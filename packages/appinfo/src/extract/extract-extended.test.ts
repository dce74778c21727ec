import { expect, test } from 'vitest';
import { extracted, extractedExtended } from './testing/extracted.ts';

test('whether an app is free is known only with an extended section', () => {
  expect(extractedExtended({ isfreeapp: '1' }).isFree).toBe(true);
  expect(extractedExtended({ isfreeapp: '0' }).isFree).toBe(false);
  expect(extractedExtended({}).isFree).toBe(false);
  expect(extracted({}).extended?.isFree).toBeNull();
});

test('the homepage is the one of the app, else that of the developer', () => {
  const developer_url = 'https://d.example';
  expect(extractedExtended({ homepage: ' ', developer_url }).homepageUrl).toBe('https://d.example');
  expect(extractedExtended({ homepage: 'h.example', developer_url }).homepageUrl).toBe('h.example');
});

test('the state stays in the words of Steam', () => {
  expect(extractedExtended({ state: 'eStateAvailable ' }).appState).toBe('eStateAvailable');
});

test('DLC come from a comma list, in its order, each once, without what cannot be an appid', () => {
  const listofdlc = '1490530, 1766730,,x,0,-1,1490530,2147483648,';
  expect(extractedExtended({ listofdlc }).dlcAppids).toEqual([1490530, 1766730]);
});
