import { startSimulator, type AppTruth, type Simulator, type SimulatorInput } from '@pics/simulator';
import { closeAtEnd } from './cleanup.ts';

/** Starts a simulator in this process: a test can read and change its apps directly, without the control port. */
export async function startTestSimulator(options: SimulatorInput): Promise<Simulator> {
  const simulator = await startSimulator(options);
  closeAtEnd('simulator', () => simulator.close());
  return simulator;
}

/** The environment that connects a service to a simulator. */
export function environmentOf({ addresses }: Simulator): Record<string, string> {
  return { STEAM_CM_SERVERS: addresses.cmServer, NODE_EXTRA_CA_CERTS: addresses.caFile };
}

/** How the simulator shows an app to an anonymous session: in full if Steam grants the token that this takes. */
export function shownBy(simulator: Simulator): (appid: number) => AppTruth | undefined {
  const granted = new Set(simulator.tokens().flatMap((token) => (token.granted ? [token.appid] : [])));
  return (appid) => simulator.findApp(appid, { withToken: granted.has(appid) });
}
