import { getFleetSettings } from '@pics/database';
import { beforeAll, expect, test } from 'vitest';
import { createCliWorld, type CliWorld } from '../support/cli-world.ts';

let world: CliWorld;

beforeAll(async () => {
  world = await createCliWorld();
});

test('the rate is shown, set, and given back', async () => {
  expect((await world.pics('rate')).stdout).toContain('as FETCH_RATE_PER_SECOND of the producer says');
  expect((await world.pics('rate', '30/min')).stdout).toBe('Rate of the fleet: 0.5 requests/s, set live.\n');
  expect(await getFleetSettings(world.database)).toMatchObject({ fetchRate: 0.5 });
  expect(await world.ask('rate')).toMatchObject({ fetchRate: 0.5, pausedAt: null });
  expect(await world.ask('rate', 'default')).toMatchObject({ fetchRate: null });
});

test('the fleet pauses and goes on', async () => {
  expect((await world.pics('pause')).stdout).toContain('go on with: pics resume');
  expect(await getFleetSettings(world.database)).toMatchObject({ pausedAt: expect.any(Date) });
  expect((await world.pics('rate')).stdout).toContain('; paused since ');
  expect(await world.ask('resume')).toMatchObject({ pausedAt: null });
});
