import { expect, test } from 'vitest';
import { nameFolder } from './name-folder.ts';

test('every origin of apps has a folder of its own', () => {
  const recorded = (catalog: string) => nameFolder('simulator', { apps: 5, catalog }, false);
  const names = [
    nameFolder('steam', { apps: 5, catalog: undefined }, false),
    nameFolder('steam', { apps: 5, catalog: undefined }, true),
    nameFolder('simulator', { apps: 5, catalog: undefined }, false),
    nameFolder('simulator', { apps: 6, catalog: undefined }, false),
    recorded('/one/pics'),
    recorded('/other/pics'),
  ];
  expect(new Set(names).size).toBe(names.length);
  expect(recorded('/a/my pics (2)')).toMatch(/^recorded-my_pics__2_-[0-9a-f]{6}$/);
});
