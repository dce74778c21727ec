import { getSteering, steer, type Steering, type SteeringChange } from '@pics/database';
import type { CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';
import { describeSteering } from './describe-steering.ts';

/** Tells the fleet what to do, or only asks what it has been told, and shows how it stands from then on. */
export async function steerFleet(
  change: SteeringChange | undefined,
  { json }: CommonOptions,
  describe: (steering: Steering) => string = describeSteering,
): Promise<void> {
  const steering = await useDatabase((database) =>
    change ? steer(database, change) : getSteering(database),
  );
  if (json) printJson(steering);
  else print([describe(steering)]);
}
