import { startSimulator, type Simulator, type SimulatorInput } from '@pics/simulator';
import { closeAtEndOfFile } from './cleanup.ts';

/** Starts a simulator in this process: a test can read and change its apps directly, without the control port. */
export async function startTestSimulator(options: SimulatorInput): Promise<Simulator> {
  const simulator = await startSimulator(options);
  closeAtEndOfFile('simulator', () => simulator.close());
  return simulator;
}

/** The environment that connects a service to a simulator. */
export function environmentOf({ addresses }: Simulator): Record<string, string> {
  return { STEAM_CM_SERVERS: addresses.cmServer, NODE_EXTRA_CA_CERTS: addresses.caFile };
}
