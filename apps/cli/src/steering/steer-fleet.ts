import {
  getFleetSettings,
  updateFleetSettings,
  type FleetSettings,
  type FleetSettingsChange,
} from '@pics/database';
import type { CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';
import { describeSteering } from './describe-steering.ts';

/** Tells the fleet what to do, or only asks what it has been told, and shows how it stands from then on. */
export async function steerFleet(
  change: FleetSettingsChange | undefined,
  { json }: CommonOptions,
  describe: (steering: FleetSettings) => string = describeSteering,
): Promise<void> {
  const steering = await useDatabase((database) =>
    change ? updateFleetSettings(database, change) : getFleetSettings(database),
  );
  if (json) printJson(steering);
  else print([describe(steering)]);
}
