// oxlint-disable no-underscore-dangle -- steam-user marks its internals by it; see steam-user.d.ts
import { SteamUser } from './load-steam-user.ts';

/** steam-user itself chooses among as many. */
const BEST_SERVERS = 5;
const CACHE_SECONDS = 300;
const HOST_AND_PORT = /^[a-z0-9.-]+:\d{1,5}$/i;

/** Steam's own list of CMs (ISteamDirectory/GetCMListForConnect), read by steam-user. */
export class SteamDirectory extends SteamUser {
  constructor() {
    super({ dataDirectory: null, autoRelogin: false });
  }

  /**
   * The least loaded WebSocket CMs, as host:port.
   *
   * @throws when the directory cannot be read or lists none.
   */
  async listServers(): Promise<string[]> {
    const query = { format: 'vdf', cellid: '0', cmtype: 'websockets' };
    const response = await this._apiRequest(
      'GET',
      'ISteamDirectory',
      'GetCMListForConnect',
      1,
      query,
      CACHE_SECONDS,
    );
    const servers = readServerList(response);
    if (servers.length === 0) throw new Error("Steam's directory lists no servers");
    return servers;
  }
}

/**
 * The usable servers of a GetCMListForConnect response, least loaded first. Steam sends text KeyValues, so the list is an
 * object with the keys "0", "1", … and every value is a string. What does not look like a server is left out.
 */
export function readServerList(response: unknown): string[] {
  const list = child(child(response, 'response'), 'serverlist');
  if (typeof list !== 'object' || list === null) return [];
  return Object.values(list)
    .map((server: unknown) => ({
      endpoint: child(server, 'endpoint'),
      type: child(server, 'type'),
      realm: child(server, 'realm'),
      load: Number(child(server, 'wtd_load')),
    }))
    .filter(({ type, realm }) => type === 'websockets' && realm === 'steamglobal')
    .sort((a, b) => a.load - b.load)
    .map(({ endpoint }) => endpoint)
    .filter((endpoint): endpoint is string => typeof endpoint === 'string' && HOST_AND_PORT.test(endpoint))
    .slice(0, BEST_SERVERS);
}

function child(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null
    ? Object.entries(node).find(([name]) => name === key)?.[1]
    : undefined;
}
