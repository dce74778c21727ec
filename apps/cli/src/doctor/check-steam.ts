import { findSteamBlocker } from '@pics/operations';
import { findingsOf, type Finding } from './finding.ts';

/** Steam answers within a second or not at all. */
const TIMEOUT_MS = 10_000;

const { fine, warning, problem } = findingsOf('Steam');

/**
 * Looks whether Steam can be reached from here, without logging on: it counts logons.
 *
 * @param simulated whether the apps come from the simulator, so that nobody needs Steam now.
 */
export async function checkSteam(servers: readonly string[], simulated: boolean): Promise<Finding[]> {
  const blocker = await findSteamBlocker(TIMEOUT_MS, servers);
  if (!blocker)
    return [
      fine(
        servers.length > 0
          ? `${servers[0]} can be reached`
          : 'its directory and a server of it can be reached',
      ),
    ];
  const text = `it cannot be reached from here: ${blocker}`;
  if (simulated) return [warning(text, 'Nothing now: these apps come from the simulator.')];
  const way =
    servers.length > 0
      ? 'See whether the servers of STEAM_CM_SERVERS are right, and NODE_EXTRA_CA_CERTS names who signed their certificate.'
      : 'Let HTTPS out to api.steampowered.com and TLS to the servers it names (*.steamserver.net, ports 443 and 27017 to 27050).';
  return [problem(text, way)];
}
