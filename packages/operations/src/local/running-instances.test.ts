import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { getDataFolder } from './running-instances.ts';

test('the data of npm start is in .pics of the project unless PICS_DATA_DIR names another folder', () => {
  const root = resolve(import.meta.dirname, '../../../..');
  expect(getDataFolder({})).toBe(resolve(root, '.pics'));
  expect(getDataFolder({ PICS_DATA_DIR: '/data' })).toBe('/data');
});
