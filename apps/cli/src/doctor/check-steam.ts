import { findSteamBlocker } from '@pics/operations';
import { resultsFor, type CheckResult } from './check-result.ts';

/** Steam answers within a second or not at all. */
const TIMEOUT_MS = 10_000;

const { fine, warning, problem } = resultsFor('Steam');

/**
 * Checks whether Steam can be reached from here, without a logon: Steam counts those.
 *
 * @param simulated whether the apps come from the simulator, so that Steam is not needed now.
 */
export async function checkSteam(servers: readonly string[], simulated: boolean): Promise<CheckResult[]> {
  const blocker = await findSteamBlocker(TIMEOUT_MS, servers);
  if (!blocker) {
    const [server] = servers;
    return [
      fine(server ? `${server} can be reached` : 'its directory and one of its servers can be reached'),
    ];
  }
  const text = `it cannot be reached from here: ${blocker}`;
  if (simulated) return [warning(text, 'Nothing for now: these apps come from the simulator.')];
  const advice =
    servers.length > 0
      ? 'Check that STEAM_CM_SERVERS is right and that NODE_EXTRA_CA_CERTS names the issuer of its certificate.'
      : 'Allow HTTPS to api.steampowered.com and TLS to the servers it names (*.steamserver.net, ports 443 and 27017 to 27050).';
  return [problem(text, advice)];
}
