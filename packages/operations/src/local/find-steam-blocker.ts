import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { z } from 'zod';

const DIRECTORY = 'https://api.steampowered.com/ISteamDirectory/GetCMListForConnect/v1/?cellid=0';

const directorySchema = z.object({
  response: z.object({ serverlist: z.array(z.object({ endpoint: z.string(), type: z.string() })) }),
});

/**
 * Checks whether Steam can be reached: its directory of servers responds, and one of these servers accepts a TLS
 * connection. Both, because some networks let only one of them through.
 *
 * @param servers host:port of the servers to try instead of those of the directory.
 * @returns why Steam cannot be reached; undefined when it can.
 */
export async function findSteamBlocker(
  timeoutMs: number,
  servers: readonly string[] = [],
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const server = servers[0] ?? (await findServer(signal));
    const { hostname, port } = new URL(`https://${server}`);
    const servername = isIP(hostname) === 0 ? hostname : '';
    const socket = connect({ host: hostname, port: Number(port || 443), servername });
    try {
      await once(socket, 'secureConnect', { signal });
    } finally {
      socket.destroy();
    }
    return undefined;
  } catch (error) {
    return signal.aborted ? `no response within ${timeoutMs / 1000} s` : describe(error);
  }
}

async function findServer(signal: AbortSignal): Promise<string> {
  const response = await fetch(DIRECTORY, { signal });
  if (!response.ok) throw new Error(`its directory responds with status ${response.status}`);
  const { serverlist } = directorySchema.parse(await response.json()).response;
  const server = serverlist.find(({ type }) => type === 'websockets');
  if (!server) throw new Error('its directory lists no server');
  return server.endpoint;
}

/** The message of `fetch` is only that it failed; the reason is in its cause. */
function describe(error: unknown): string {
  if (error instanceof z.ZodError) return 'its directory responds with something else';
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  return 'code' in cause && typeof cause.code === 'string' && !cause.message.includes(cause.code)
    ? `${cause.code}: ${cause.message}`
    : cause.message;
}
