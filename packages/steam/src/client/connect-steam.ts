import { createPicsClient } from './create-pics-client.ts';
import type { PicsClient } from './pics-client.ts';
import type { PicsObserver } from './pics-client.ts';
import type { SteamLogger } from '../session/steam-session.ts';

/** The parts of a service that its Steam client uses; `Service` of packages/service has them. */
export interface SteamService {
  settings: { STEAM_CM_SERVERS: readonly string[]; STEAM_REQUEST_TIMEOUT_MS: number };
  log: SteamLogger;
  onClose: (name: string, close: () => unknown) => void;
}

/** Creates a client for the life of a service and starts to log on; `status` says whether there is a session. */
export function connectSteam({ settings, log, onClose }: SteamService, observer: PicsObserver): PicsClient {
  const steam = createPicsClient({
    cmServers: settings.STEAM_CM_SERVERS,
    requestTimeoutMs: settings.STEAM_REQUEST_TIMEOUT_MS,
    observer,
    log,
  });
  onClose('steam', () => steam.close());
  void steam.logOn().catch((err: unknown) => log.debug({ err }, 'closed before the first logon'));
  return steam;
}
