import { onTestFinished } from 'vitest';
import { createPicsClient, type PicsClientOptions } from '../client/create-pics-client.ts';
import type { PicsClient } from '../client/pics-client.ts';
import { EventLog } from './event-log.ts';
import { ManualClock } from './manual-clock.ts';
import { ScriptedCm } from './scripted-cm.ts';

export interface StartedClient {
  client: PicsClient;
  cm: ScriptedCm;
  /** The client's time: request timeouts and pauses between logons pass only when it is advanced. */
  clock: ManualClock;
  log: EventLog;
}

/** A CM and a client that only knows this one; both are closed after the test. Not logged on yet. */
export async function startClient(options: Partial<PicsClientOptions> = {}): Promise<StartedClient> {
  const cm = await ScriptedCm.start();
  const clock = new ManualClock();
  const log = new EventLog();
  const client = createPicsClient({
    cmServers: [cm.address],
    tls: { ca: cm.ca },
    random: () => 0.5,
    clock,
    log,
    ...options,
  });
  onTestFinished(async () => {
    await client.close();
    await cm.stop();
  });
  return { client, cm, clock, log };
}

/** The same, logged on. */
export async function startSession(options: Partial<PicsClientOptions> = {}): Promise<StartedClient> {
  const started = await startClient(options);
  await started.client.logOn();
  await started.log.next('logged on to Steam');
  return started;
}
