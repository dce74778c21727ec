import { startProcess, type TestProcess } from './processes.ts';

export interface TestSimulator extends TestProcess {
  /** The environment that leads a service to it. */
  env: { STEAM_CM_SERVERS: string; NODE_EXTRA_CA_CERTS: string };
  /** Where faults and changes are ordered. */
  controlUrl: string;
}

/** Starts the simulator as a process of its own and resolves when it takes connections. */
export async function startSimulator(...args: string[]): Promise<TestSimulator> {
  const simulator = startProcess('apps/simulator/src/main.ts', args, {});
  const line = await simulator.waitForLine(/^\{.*"cmServer"/);
  const { cmServer, controlUrl, caFile } = JSON.parse(line) as Record<
    'cmServer' | 'controlUrl' | 'caFile',
    string
  >;
  return Object.assign(simulator, {
    env: { STEAM_CM_SERVERS: cmServer, NODE_EXTRA_CA_CERTS: caFile },
    controlUrl,
  });
}
