// oxlint-disable no-underscore-dangle -- steam-user marks by it what is not for everybody; see steam-user.d.ts
import { SteamUser } from './lean-steam-user.ts';

/** As many of the least loaded servers as steam-user itself chooses among. */
const BEST_SERVERS = 5;
const CACHE_SECONDS = 300;
const HOST_AND_PORT = /^[a-z0-9.-]+:\d{1,5}$/i;

/** Steam's own list of CMs (ISteamDirectory/GetCMListForConnect), read through steam-user's ordinary path. */
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
    const answer = await this._apiRequest(
      'GET',
      'ISteamDirectory',
      'GetCMListForConnect',
      1,
      query,
      CACHE_SECONDS,
    );
    const servers = readServerList(answer);
    if (servers.length === 0) throw new Error("Steam's directory lists no servers");
    return servers;
  }
}

/**
 * The usable servers of a GetCMListForConnect answer, least loaded first. The answer was text KeyValues, so its list is
 * an object with the keys "0", "1", … and every value a string. What does not look like a server is left out.
 */
export function readServerList(answer: unknown): string[] {
  const list = child(child(answer, 'response'), 'serverlist');
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
