import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../deploy/image.ts';

const execute = promisify(execFile);

/** Where the engine of this test and what is built for it are kept from one run to the next. */
export const CACHE = join(ROOT, '.cache/containers');

const ENGINE = join(import.meta.dirname, 'engine');

/** A Docker engine, with compose and buildx. */
export interface Docker {
  /** Whether it was started for this test. It has no images then but those that are made for it. */
  isOwn: boolean;
  /**
   * Runs `docker …` in the folder of this project and returns what it printed to stdout.
   *
   * @throws Error with everything that it printed when it fails.
   */
  run(args: readonly string[], env?: Record<string, string>): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Opens the Docker engine of this machine, or starts one where there is none. That needs Debian and root; the first time it
 * takes about a minute, for a Debian of its own and the packages of Docker.
 *
 * @throws Error when there is no engine and none can be started.
 */
export async function openDocker(): Promise<Docker> {
  const { HOME = '', PATH = '', DOCKER_HOST } = process.env;
  const inherited = { HOME, PATH, ...(DOCKER_HOST && { DOCKER_HOST }) };
  const hasEngine = await execute('docker', ['compose', 'version'])
    .then(() => execute('docker', ['info']))
    .then(
      () => true,
      () => false,
    );
  if (hasEngine) {
    return {
      isOwn: false,
      run: (args, env = {}) => runCommand('docker', args, { ...inherited, ...env }),
      stop: async () => {},
    };
  }
  if (process.getuid?.() !== 0) {
    throw new Error('There is no Docker engine here, and starting one needs root.');
  }
  mkdirSync(CACHE, { recursive: true });
  const pid = (await runCommand(join(ENGINE, 'start-engine.sh'), [CACHE, ROOT], inherited)).trim();
  const enter = ['--target', pid, '--mount', '--net', 'sh', '-c', 'cd "$0" && exec docker "$@"', ROOT];
  return {
    isOwn: true,
    run: (args, env = {}) => runCommand('nsenter', [...enter, ...args], { HOME: '/root', PATH, ...env }),
    stop: async () => void (await runCommand(join(ENGINE, 'stop-engine.sh'), [CACHE], inherited)),
  };
}

async function runCommand(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  try {
    const { stdout } = await execute(file, args, { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const printed = `${stdout}\n${stderr}`.trim().split('\n').slice(-40).join('\n');
    throw new Error(`${message.split('\n', 1)[0]}\n${printed}`, { cause: error });
  }
}
