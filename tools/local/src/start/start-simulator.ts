import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { UserError } from '@pics/core';
import { parseJson } from './parse-json.ts';
import { openServiceLog } from './service-log.ts';
import { startProgram } from './start-program.ts';
import type { FolderContext } from './up-context.ts';

const addressesSchema = z.object({ cmServer: z.string(), controlUrl: z.string(), caFile: z.string() });
const stateSchema = z.object({ currentChangeNumber: z.int() });

export interface SimulatorOptions {
  /** How many apps its catalogue has. */
  apps: number;
  changesPerMinute: number;
  env: Record<string, string>;
}

export interface RunningSimulator {
  address: { cmServer: string; caFile: string };
  /** The environment that leads a service to it. */
  clientEnv: { STEAM_CM_SERVERS: string; NODE_EXTRA_CA_CERTS: string };
  /** Lets changes happen until it stands at this change number, or a little later. */
  catchUp(changeNumber: number): Promise<void>;
}

/**
 * Starts the simulator with a made-up catalogue and resolves when it takes connections. It is not started again when it
 * dies: its catalogue would begin anew.
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
    giveUp(`The simulator ended with code ${code}. Its log is ${log.file}`),
  );
  return {
    address: { cmServer, caFile },
    clientEnv: { STEAM_CM_SERVERS: cmServer, NODE_EXTRA_CA_CERTS: caFile },
    catchUp: (changeNumber) => catchUp(controlUrl, changeNumber),
  };
}

/**
 * A simulator begins at the same change number at each start, with the same changes to come. Behind the database that an
 * earlier run filled, its feed would be silent until it had passed what that run saw.
 */
async function catchUp(controlUrl: string, changeNumber: number): Promise<void> {
  for (;;) {
    const state = await fetch(new URL('/state', controlUrl));
    const { currentChangeNumber } = stateSchema.parse(await state.json());
    if (currentChangeNumber >= changeNumber) return;
    // Some changes take several numbers: halves come close without passing it by far.
    const count = Math.ceil((changeNumber - currentChangeNumber) / 2);
    const body = JSON.stringify({ count });
    await fetch(new URL('/changes', controlUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  }
}
