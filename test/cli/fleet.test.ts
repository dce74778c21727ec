import { getFleetSettings } from '@pics/database';
import { beforeAll, expect, test } from 'vitest';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';

let world: CliWorld;

beforeAll(async () => {
  world = await createCliWorld();
});

test('rate shows, sets and resets the rate of the fleet', async () => {
  expect((await world.pics('rate')).stdout).toContain('the FETCH_RATE_PER_SECOND of the producer');
  expect((await world.pics('rate', '30/min')).stdout).toBe('Rate of the fleet: 0.5 requests/s, set live.\n');
  expect(await getFleetSettings(world.database)).toMatchObject({ fetchRate: 0.5 });
  expect(await world.ask('rate')).toMatchObject({ fetchRate: 0.5, pausedAt: null });
  const fast = await world.pics('rate', '5');
  expect(fast).toMatchObject({ exitCode: 0, stdout: 'Rate of the fleet: 5 requests/s, set live.\n' });
  expect(fast.stderr).toContain('Steam is known to tolerate 2 requests a second. At 5 it may refuse them');
  expect((await world.pics('rate', '2')).stderr).toBe('');
  expect(await world.ask('rate', 'default')).toMatchObject({ fetchRate: null });
});

test('pause and resume change the fleet settings', async () => {
  expect((await world.pics('pause')).stdout).toContain('continue with: pics resume');
  expect(await getFleetSettings(world.database)).toMatchObject({ pausedAt: expect.any(Date) });
  expect((await world.pics('rate')).stdout).toContain('; paused since ');
  expect(await world.ask('resume')).toMatchObject({ pausedAt: null });
});
