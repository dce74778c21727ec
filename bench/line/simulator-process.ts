import type { Addresses } from '@pics/simulator';
import { startProcess } from '../../test/support/processes.ts';

/** A request as Steam got it. */
export interface SeenRequest {
  /** Milliseconds since the simulator started. */
  atMs: number;
  kind: string;
  ids: number;
}

/** Steam for a benchmark, as a process of its own: its work is not the work of whoever is measured. */
export interface SimulatorProcess {
  readonly pid: number;
  /** What leads a service to it. */
  readonly env: Record<string, string>;
  readonly cmServer: string;
  /** The ids of all apps, in order. */
  listAppids: () => Promise<number[]>;
  /** Lets these apps change now; resolves with their new change numbers. */
  change: (appids: readonly number[]) => Promise<{ appid: number; changeNumber: number }[]>;
  /** Product info requests in the order they came, metadata-only ones left out. */
  listRequests: () => Promise<SeenRequest[]>;
}

/** Starts it with these options of its command line; resolves when clients can connect. */
export async function startSimulatorProcess(args: readonly string[]): Promise<SimulatorProcess> {
  const simulator = startProcess('apps/simulator/src/main.ts', [...args], {});
  const line = await simulator.waitForLine((printed) => printed.startsWith('{'));
  const { cmServer, controlUrl, caFile } = JSON.parse(line) as Addresses;
  const ask = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const response = await fetch(controlUrl + path, {
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    if (!response.ok) throw new Error(`the simulator answered ${path} with ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  return {
    pid: simulator.pid,
    cmServer,
    env: { STEAM_CM_SERVERS: cmServer, NODE_EXTRA_CA_CERTS: caFile },
    listAppids: async () => {
      const { apps } = await ask<{ apps: { appid: number }[] }>('/apps');
      return apps.map(({ appid }) => appid);
    },
    change: async (appids) => ask('/changes', { appids }),
    listRequests: () => ask('/requests?kinds=product-info'),
  };
}
