import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '@pics/core';
import { parseJson } from '@pics/operations';
import { z } from 'zod';
import { startProgram } from '../processes/start-program.ts';
import type { FolderContext } from './context.ts';
import { openServiceLog } from './service-log.ts';

const addressesSchema = z.object({ cmServer: z.string(), controlUrl: z.string(), caFile: z.string() });
const stateSchema = z.object({ currentChangeNumber: z.int() });

export interface SimulatorOptions {
  /** How many apps it generates. */
  apps: number;
  /** A folder of recorded bodies to serve instead. */
  catalog: string | undefined;
  changesPerMinute: number | undefined;
  /** Makes no changes: with changes the pipeline would never be settled. */
  once: boolean;
  env: Record<string, string>;
}

export interface RunningSimulator {
  address: { cmServer: string; caFile: string };
  /** The environment that connects a service to it. */
  clientEnv: { STEAM_CM_SERVERS: string; NODE_EXTRA_CA_CERTS: string };
  /** Makes changes until it has reached this change number, or a little more. */
  catchUp(changeNumber: number): Promise<void>;
  /** The ids of all apps it serves now. */
  listApps(): Promise<number[]>;
}

/**
 * Starts the simulator with its catalogue and resolves when it accepts connections. It is not restarted when it
 * exits, because its catalogue would start from the beginning.
 */
export async function startSimulator(
  options: SimulatorOptions,
  context: FolderContext,
): Promise<RunningSimulator> {
  const { folder, cleanup, giveUp } = context;
  const log = openServiceLog(join(folder, 'logs', 'simulator.log'), () => {});
  cleanup.add({ stop: () => log.close() });
  const certificates = `--cert-dir=${join(folder, 'simulator')}`;
  const args = [...describeCatalogue(options), certificates];
  const simulator = startProgram('tools/simulator', args, options.env);
  cleanup.add(simulator);
  const { stdout, stderr } = simulator.child;
  if (!stdout) throw new Error('the simulator has no stdout');
  log.follow([stdout, stderr]);
  const output = createInterface({ input: stdout });
  const [line] = (await Promise.race([once(output, 'line'), once(output, 'close')])) as [string?];
  const addresses = addressesSchema.safeParse(parseJson(line ?? ''));
  if (!addresses.success) {
    await simulator.kill();
    throw new UserError(`The simulator did not start:\n${log.lastLines.join('\n')}`);
  }
  const { cmServer, controlUrl, caFile } = addresses.data;
  void simulator.exited.then((code) =>
    giveUp(`The simulator exited with code ${code}. Its log is ${log.file}`),
  );
  return {
    address: { cmServer, caFile },
    clientEnv: { STEAM_CM_SERVERS: cmServer, NODE_EXTRA_CA_CERTS: caFile },
    listApps: () => listApps(controlUrl),
    catchUp: (changeNumber) => catchUp(controlUrl, changeNumber, options.catalog !== undefined),
  };
}

const appsSchema = z.object({ apps: z.array(z.object({ appid: z.int() })) });

async function listApps(controlUrl: string): Promise<number[]> {
  const response = await fetch(new URL('/apps', controlUrl));
  return appsSchema.parse(await response.json()).apps.map(({ appid }) => appid);
}

/** A pace at which one sees something happen. */
const CHANGES_PER_MINUTE = 60;

/**
 * The catalogue as options of the simulator. A recorded one shows the newest version of everything, or, with changes, starts
 * with the oldest and releases the others at that pace.
 */
function describeCatalogue({ apps, catalog, changesPerMinute, once }: SimulatorOptions): string[] {
  if (catalog === undefined) {
    return [`--apps=${apps}`, `--changes-per-minute=${once ? 0 : (changesPerMinute ?? CHANGES_PER_MINUTE)}`];
  }
  const replay = ['--replay', `--replay-per-second=${(changesPerMinute ?? 0) / 60}`];
  return [`--catalog=${catalog}`, ...(changesPerMinute && !once ? replay : [])];
}

/**
 * Brings the simulator to the change number of a database that an earlier run filled. It starts at the same change number
 * every time, and its feed would have nothing new until it had passed the cursor.
 */
async function catchUp(controlUrl: string, changeNumber: number, isRecorded: boolean): Promise<void> {
  for (;;) {
    const state = await fetch(new URL('/state', controlUrl));
    const { currentChangeNumber } = stateSchema.parse(await state.json());
    if (currentChangeNumber >= changeNumber) return;
    // Some changes use several numbers: halving the distance comes close without overshooting by much. Between two recorded
    // ones are thousands.
    const count = isRecorded ? 1 : Math.ceil((changeNumber - currentChangeNumber) / 2);
    const body = JSON.stringify({ count });
    await fetch(new URL('/changes', controlUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  }
}
