import type { Addresses } from '@pics/simulator';
import { startProcess } from '../../test/support/processes.ts';

/** A request that the simulator received. */
export interface ReceivedRequest {
  /** Milliseconds since the simulator started. */
  atMs: number;
  kind: string;
  ids: number;
}

/** The simulator in its own process, so that its work does not count as that of the process measured. */
export interface SimulatorProcess {
  readonly pid: number;
  /** The settings that point a service to it. */
  readonly env: Record<string, string>;
  readonly cmServer: string;
  /** The ids of all apps, in order. */
  listAppids: () => Promise<number[]>;
  /** Changes these apps now and returns their new change numbers. */
  change: (appids: readonly number[]) => Promise<{ appid: number; changeNumber: number }[]>;
  /** Returns the product info requests in the order they arrived, without metadata-only ones. */
  listRequests: () => Promise<ReceivedRequest[]>;
}

/** Starts it with these command line options and resolves when clients can connect. */
export async function startSimulatorProcess(args: readonly string[]): Promise<SimulatorProcess> {
  const simulator = startProcess('tools/simulator/src/main.ts', [...args], {});
  const line = await simulator.waitForLine((printed) => printed.startsWith('{'));
  const { cmServer, controlUrl, caFile } = JSON.parse(line) as Addresses;
  const call = async <Response>(path: string, body?: object): Promise<Response> => {
    const response = await fetch(controlUrl + path, {
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    if (!response.ok) throw new Error(`simulator: ${path} failed: ${await response.text()}`);
    return (await response.json()) as Response;
  };
  return {
    pid: simulator.pid,
    cmServer,
    env: { STEAM_CM_SERVERS: cmServer, NODE_EXTRA_CA_CERTS: caFile },
    listAppids: async () => {
      const { apps } = await call<{ apps: { appid: number }[] }>('/apps');
      return apps.map(({ appid }) => appid);
    },
    change: async (appids) => call('/changes', { appids }),
    listRequests: () => call('/requests?kinds=product-info'),
  };
}
