import { findFreePort, waitUntil } from '@pics/local';
import { z } from 'zod';
import type { Docker } from './docker.ts';

/** How long anything may take on a slow machine before a check gives up. */
const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 500;

const stateSchema = z.object({ known: z.int(), wanted: z.int(), inFlight: z.int(), failed: z.int() });
const containerSchema = z.object({
  Name: z.string(),
  Service: z.string(),
  State: z.string(),
  Health: z.string(),
  ExitCode: z.int(),
});

export type Container = z.infer<typeof containerSchema>;

/** The services of docker-compose.yml with the simulator, as `simulate.env` starts them, in a project of this test. */
export class Project {
  readonly #docker: Docker;
  readonly #env: Record<string, string>;

  private constructor(docker: Docker, env: Record<string, string>) {
    this.#docker = docker;
    this.#env = env;
  }

  static async create(docker: Docker): Promise<Project> {
    return new Project(docker, {
      COMPOSE_PROJECT_NAME: 'pics-container-test',
      BOARD_PORT: String(await findFreePort()),
      FETCHERS: '4',
    });
  }

  /** Runs `docker compose …` with the settings of `simulate.env`; returns what it printed. */
  compose(
    args: readonly string[],
    env: Record<string, string> = {},
    overrides: readonly string[] = [],
  ): Promise<string> {
    const files = ['docker-compose.yml', ...overrides].flatMap((file) => ['--file', file]);
    return this.#docker.run(['compose', '--env-file', 'simulate.env', ...files, ...args], {
      ...this.#env,
      ...env,
    });
  }

  docker(...args: string[]): Promise<string> {
    return this.#docker.run(args);
  }

  /** Runs a command in a container of this service and returns what it printed. */
  exec(service: string, ...command: string[]): Promise<string> {
    return this.compose(['exec', '-T', service, ...command]);
  }

  pics(...args: string[]): Promise<string> {
    return this.exec('board', 'pics', ...args);
  }

  /** Runs a query as the role of the services and returns its rows, their columns separated by |. */
  async query(sql: string): Promise<string[]> {
    const psql = [
      'psql',
      '--username=pics',
      '--dbname=pics',
      '--tuples-only',
      '--no-align',
      `--command=${sql}`,
    ];
    return (await this.exec('postgres', ...psql)).split('\n').filter(Boolean);
  }

  async containers(): Promise<Container[]> {
    const lines = (await this.compose(['ps', '--all', '--format', 'json'])).trim().split('\n');
    return lines.filter(Boolean).map((line) => containerSchema.parse(JSON.parse(line)));
  }

  /** Changes apps at the simulator. */
  async change(count: number): Promise<void> {
    const request = `{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"count":${count}}' }`;
    await this.exec('simulator', 'node', '-e', `await fetch('http://127.0.0.1:8080/changes', ${request})`);
  }

  /**
   * Waits until everything that the simulator has is stored and nothing is left to do: every app at its change number.
   *
   * @throws Error with what differs when it does not happen in time.
   */
  async waitUntilSettled(): Promise<void> {
    let difference = '';
    await waitFor(
      async () => {
        difference = await this.#findDifference();
        return difference === '';
      },
      () => `not settled: ${difference}`,
    );
  }

  async #findDifference(): Promise<string> {
    const { ledger } = z
      .object({ ledger: stateSchema })
      .parse(JSON.parse(await this.pics('status', '--json')));
    if (ledger.known === 0 || ledger.wanted + ledger.inFlight + ledger.failed > 0)
      return JSON.stringify(ledger);
    const print = "fetch('http://127.0.0.1:8080/apps').then(async (r) => console.log(await r.text()))";
    const listing = JSON.parse(await this.exec('simulator', 'node', '-e', print)) as {
      apps: { appid: number; changeNumber: number }[];
    };
    const rows = await this.query('select id, settled_change_number from pics_app_ledger');
    const settled = new Map(rows.map((row) => row.split('|').map(Number) as [number, number]));
    const missing = listing.apps.filter(
      ({ appid, changeNumber }) => (settled.get(appid) ?? 0) < changeNumber,
    );
    return missing.length > 0 ? `${missing.length} apps, such as ${JSON.stringify(missing[0])}` : '';
  }
}

/**
 * Waits until it is so.
 *
 * @throws Error with the sentence, and with the last error of looking, when it is not in time.
 */
export async function waitFor(isSo: () => Promise<boolean>, explain: () => string): Promise<void> {
  let failure: unknown;
  // While servers restart, commands fail.
  const look = () =>
    isSo().catch((error: unknown) => {
      failure = error;
      return false;
    });
  if (await waitUntil(look, PATIENCE_MS, { pollMs: LOOK_EVERY_MS })) return;
  throw new Error(explain(), { cause: failure });
}
