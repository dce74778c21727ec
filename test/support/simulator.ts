import { startSimulator, type Simulator, type SimulatorInput } from '@pics/simulator';
import { closeAtEndOfFile } from './cleanup.ts';

/** Steam for a test, in this process: what it holds can be looked at and changed without a detour over its control port. */
export async function startTestSimulator(options: SimulatorInput): Promise<Simulator> {
  const simulator = await startSimulator(options);
  closeAtEndOfFile('simulator', () => simulator.close());
  return simulator;
}

/** The environment that leads a service to a simulator. */
export function environmentOf({ addresses }: Simulator): Record<string, string> {
  return { STEAM_CM_SERVERS: addresses.cmServer, NODE_EXTRA_CA_CERTS: addresses.caFile };
}
