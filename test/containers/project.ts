import { findFreePort, waitUntil } from '@pics/local';
import { z } from 'zod';
import type { Docker } from './docker.ts';

/** How long anything may take on a slow machine before a check gives up. */
const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 500;

/** Every half second or so, the time of a command in a container: about what four fetchers fetch. */
const CHANGES_AT_ONCE = 100;

const appsSchema = z.object({ apps: z.array(z.object({ appid: z.int(), changeNumber: z.int() })) });
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
      // So small that changes keep the services busy.
      FETCH_BATCH_SIZE: '20',
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
   * Runs something while apps change all the time. It starts when changes are being fetched.
   *
   * @returns its result, and how many changes there were.
   */
  async underLoad<Result>(run: () => Promise<Result>): Promise<{ result: Result; changes: number }> {
    let changes = 0;
    const end = new AbortController();
    const change = async () => {
      while (!end.signal.aborted) {
        // The simulator may be replaced meanwhile.
        const count = await this.change(CHANGES_AT_ONCE).then(
          () => CHANGES_AT_ONCE,
          () => 0,
        );
        changes += count;
      }
    };
    const changing = change();
    try {
      const isFetching = 'select true from pics_app_ledger where batch_id is not null limit 1';
      await waitFor(
        async () => (await this.query(isFetching)).length > 0,
        () => 'nothing is fetched',
      );
      return { result: await run(), changes };
    } finally {
      end.abort();
      await changing;
    }
  }

  /**
   * Waits until every app that the simulator has now is stored with its present change number, or a later one: apps go on
   * changing.
   *
   * @throws Error with what differs when it does not happen in time.
   */
  async waitUntilSettled(): Promise<void> {
    const print = "fetch('http://127.0.0.1:8080/apps').then(async (r) => console.log(await r.text()))";
    const { apps } = appsSchema.parse(JSON.parse(await this.exec('simulator', 'node', '-e', print)));
    let missing = apps;
    await waitFor(
      async () => {
        const rows = await this.query(
          'select id, settled_change_number from pics_app_ledger where failed_at is null',
        );
        const settled = new Map(rows.map((row) => row.split('|').map(Number) as [number, number]));
        missing = apps.filter(({ appid, changeNumber }) => (settled.get(appid) ?? 0) < changeNumber);
        return missing.length === 0;
      },
      () => `not settled: ${missing.length} apps, such as ${JSON.stringify(missing[0])}`,
    );
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
