import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UserError } from '@pics/core';
import { z } from 'zod';
import { startProgram } from '../processes/start-program.ts';
import type { FolderContext } from './context.ts';
import { openServiceLog, parseJson } from './service-log.ts';

const addressesSchema = z.object({ cmServer: z.string(), controlUrl: z.string(), caFile: z.string() });
const stateSchema = z.object({ currentChangeNumber: z.int() });

export interface SimulatorOptions {
  /** How many apps it generates. */
  apps: number;
  changesPerMinute: number;
  env: Record<string, string>;
}

export interface RunningSimulator {
  address: { cmServer: string; caFile: string };
  /** The environment that connects a service to it. */
  clientEnv: { STEAM_CM_SERVERS: string; NODE_EXTRA_CA_CERTS: string };
  /** Makes changes until it has reached this change number, or a little more. */
  catchUp(changeNumber: number): Promise<void>;
}

/**
 * Starts the simulator with a generated catalogue and resolves when it accepts connections. It is not restarted when it
 * exits, because its catalogue would start from the beginning.
 */
export async function startSimulator(
  options: SimulatorOptions,
  context: FolderContext,
): Promise<RunningSimulator> {
  const { apps, changesPerMinute, env } = options;
  const { folder, cleanup, giveUp } = context;
  const log = openServiceLog(join(folder, 'logs', 'simulator.log'), () => {});
  cleanup.add({ stop: () => log.close() });
  const certificates = `--cert-dir=${join(folder, 'simulator')}`;
  const args = [`--apps=${apps}`, `--changes-per-minute=${changesPerMinute}`, certificates];
  const simulator = startProgram('tools/simulator', args, env);
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
    catchUp: (changeNumber) => catchUp(controlUrl, changeNumber),
  };
}

/**
 * Brings the simulator to the change number of a database that an earlier run filled. It starts at the same change number
 * every time, and its feed would have nothing new until it had passed the cursor.
 */
async function catchUp(controlUrl: string, changeNumber: number): Promise<void> {
  for (;;) {
    const state = await fetch(new URL('/state', controlUrl));
    const { currentChangeNumber } = stateSchema.parse(await state.json());
    if (currentChangeNumber >= changeNumber) return;
    // Some changes use several numbers: halving the distance comes close without overshooting by much.
    const count = Math.ceil((changeNumber - currentChangeNumber) / 2);
    const body = JSON.stringify({ count });
    await fetch(new URL('/changes', controlUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  }
}
