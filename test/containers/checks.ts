import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../deploy/image.ts';
import { CACHE } from './docker.ts';
import { waitFor, type Project } from './project.ts';

export interface Check {
  /** The promise. */
  name: string;
  /** @returns figures worth printing, if there are any. */
  run(project: Project): Promise<string | void>;
}

const IMAGE = 'pics-mirror:local';

/** Services that run until they are stopped. */
const SERVICES = ['producer', 'fetcher', 'writer', 'board'];

/** A stop that finds a service idle or busy takes no longer than this on a machine that has nothing else to do. */
const STOP_MS = 3_000;

/** How much longer something takes here than on a machine that has nothing else to do. */
const slowness = () => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

/** Files that a careless user may have lying around. */
const SECRETS = [
  'apps/board/.env',
  'packages/core/src/id_rsa.pem',
  'apps/writer/backup.dump',
  'migrations/dump.sql.gz',
];

/** In their order: each starts from what the one before left behind. */
export const checks: Check[] = [
  {
    name: 'the image holds no secret of the folder, no tests and no npm',
    run: async (project) => {
      try {
        for (const secret of SECRETS) writeFileSync(join(ROOT, secret), 'SECRET');
        await project.compose(['build']);
      } finally {
        for (const secret of SECRETS) rmSync(join(ROOT, secret), { force: true });
      }
      const list =
        'find /app -type f -not -path "*/node_modules/*" -not -path "/app/.compiled/*"; ls /usr/local/bin /usr/local/include /usr/local/lib';
      const files = await project.docker('run', '--rm', IMAGE, 'sh', '-c', list);
      assert.match(files, /\/app\/apps\/producer\/src\/entry\.ts/);
      for (const absent of [...SECRETS, '.test.ts']) assert(!files.includes(absent), absent);
      assert.doesNotMatch(files, /^(npm|node_modules|node\.h)$/m);
      const size = Number(await project.docker('image', 'inspect', '--format', '{{.Size}}', IMAGE));
      const base = Number(
        await project.docker('image', 'inspect', '--format', '{{.Size}}', 'debian:bookworm-slim'),
      );
      return `${Math.round((size - base) / 1e6)} MB on top of its base image`;
    },
  },
  {
    name: 'everything becomes healthy, with four fetchers',
    run: async (project) => {
      await project.compose(['up', '--detach']);
      await waitUntilHealthy(project, 4);
    },
  },
  {
    name: '3,000 apps settle',
    run: (project) => project.waitUntilSettled(),
  },
  {
    name: 'fetchers cannot reach Postgres, and the services are no superuser there',
    run: async (project) => {
      const look = "require('dns').lookup('postgres', (error) => console.log(error ? error.code : 'found'))";
      assert.match(await project.exec('fetcher', 'node', '-e', look), /ENOTFOUND|EAI_AGAIN/);
      assert.deepEqual(await project.query('select rolsuper from pg_roles where rolname = current_user'), [
        'f',
      ]);
    },
  },
  {
    name: 'doctor in the container of the board finds nothing wrong, at the Steam of the fetchers',
    run: async (project) => {
      assert.match(await project.pics('doctor'), /simulator:27021/);
    },
  },
  {
    name: 'four fetchers become one and four again under load, and no change is lost',
    run: async (project) => {
      const { changes } = await project.underLoad(async () => {
        await project.compose(['up', '--detach', '--no-recreate', '--scale', 'fetcher=1']);
        await project.compose(['up', '--detach', '--no-recreate', '--scale', 'fetcher=4']);
      });
      await waitUntilHealthy(project, 4);
      await project.waitUntilSettled();
      return `${changes} changes`;
    },
  },
  {
    name: 'a restarted writer, a killed Redis, and Postgres killed with three services lose nothing',
    run: async (project) => {
      const { changes } = await project.underLoad(async () => {
        await project.compose(['restart', 'writer']);
        await project.compose(['kill', 'redis']);
        await project.compose(['up', '--detach', '--no-recreate']);
        await project.compose(['kill', 'postgres', 'producer', 'writer', 'board']);
        await project.compose(['up', '--detach', '--no-recreate']);
      });
      await waitUntilHealthy(project, 4);
      await project.waitUntilSettled();
      return `${changes} changes`;
    },
  },
  {
    name: 'a stop under load ends every service with 0 or 143 within 3 s',
    run: async (project) => {
      const { result } = await project.underLoad(() => stopAndCheck(project));
      return result;
    },
  },
  {
    name: 'a stop half a second after the start ends every service with 0 or 143 within 3 s',
    run: async (project) => {
      await project.compose(['up', '--detach', '--no-start']);
      const names = (await project.containers())
        .filter(({ Service }) => SERVICES.includes(Service))
        .map(({ Name }) => Name);
      await project.docker('start', ...names);
      await delay(500 * slowness());
      return stopAndCheck(project);
    },
  },
  {
    name: 'without an init, as on Railway, a stop half a second after the start ends every program within 3 s',
    run: async (project) => {
      const servers = ['--env=DATABASE_URL=postgres://x@192.0.2.1/x', '--env=REDIS_URL=redis://192.0.2.1'];
      const names = await Promise.all(
        [...SERVICES.map((name) => [`apps/${name}/src/main.ts`]), ['apps/cli/src/main.ts', 'migrate']].map(
          async (command) =>
            (await project.docker('run', '--detach', ...servers, IMAGE, 'node', ...command)).trim(),
        ),
      );
      try {
        await delay(500 * slowness());
        return await stopAll(project, names);
      } finally {
        await project.docker('rm', '--force', ...names);
      }
    },
  },
  {
    name: 'down and up keep the data',
    run: async (project) => {
      await project.compose(['down']);
      await project.compose(['up', '--detach']);
      await waitUntilHealthy(project, 4);
      await project.waitUntilSettled();
    },
  },
  {
    name: 'an update from the last release under load loses nothing',
    run: async (project) => {
      const release = await buildLastRelease(project);
      if (!release) return 'skipped: there is no release yet';
      const old = { PICS_VERSION: release, PICS_PULL_POLICY: 'never' };
      await project.compose(['down', '--volumes']);
      await project.compose(['up', '--detach', '--no-build'], old);
      await waitUntilHealthy(project, 4);
      const { changes } = await project.underLoad(() => project.compose(['up', '--detach']));
      await waitUntilHealthy(project, 4);
      await project.waitUntilSettled();
      return `from ${release}, ${changes} changes`;
    },
  },
  {
    name: 'a dump restores into an empty database as documented',
    run: async (project) => {
      await project.compose(['stop', ...SERVICES]);
      const before = await project.query('select count(*), max(appid), sum(hashtext(apps::text)) from apps');
      const dump = 'pg_dump --username postgres --format custom pics > /tmp/pics.dump';
      await project.exec('postgres', 'sh', '-c', dump);
      await project.exec('postgres', 'dropdb', '--username=postgres', 'pics');
      await project.exec('postgres', 'createdb', '--username=postgres', '--owner=pics', 'pics');
      const restore = 'pg_restore --username postgres --dbname pics --exit-on-error /tmp/pics.dump';
      await project.exec('postgres', 'sh', '-c', restore);
      assert.deepEqual(
        await project.query('select count(*), max(appid), sum(hashtext(apps::text)) from apps'),
        before,
      );
      await project.compose(['up', '--detach', '--no-recreate']);
      await project.waitUntilSettled();
    },
  },
  {
    name: 'the first start succeeds six times of six with Postgres held to 0.15 CPU',
    run: async (project) => {
      for (let round = 1; round <= 6; round += 1) {
        await project.compose(['down', '--volumes']);
        await project.compose(['--file', 'test/containers/slow-postgres.yml', 'up', '--detach'], {
          FETCHERS: '1',
        });
        await waitUntilHealthy(project, 1);
      }
    },
  },
];

/** Builds the image of the last release before this commit and returns its tag; undefined when there is none. */
async function buildLastRelease(project: Project): Promise<string | undefined> {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  assert.equal(git('rev-parse', '--is-shallow-repository'), 'false', 'a shallow clone knows no releases');
  // A release itself updates from the one before. Pre-releases do not count.
  const tags = git(
    'tag',
    '--list',
    'v*',
    '--no-contains',
    'HEAD',
    '--merged',
    'HEAD',
    '--sort=-version:refname',
  );
  const tag = tags.split('\n').find((name) => !name.includes('-'));
  if (!tag) return undefined;
  const sources = join(CACHE, 'release');
  rmSync(sources, { recursive: true, force: true });
  mkdirSync(sources, { recursive: true });
  execFileSync('tar', ['--extract', '--directory', sources], {
    input: execFileSync('git', ['archive', tag], { cwd: ROOT, maxBuffer: 256 * 1024 * 1024 }),
  });
  await project.docker('build', '--quiet', '--tag', `pics-mirror:${tag}`, sources);
  // The simulator is no part of what is updated.
  await project.docker('tag', 'pics-mirror-simulator:local', `pics-mirror-simulator:${tag}`);
  return tag;
}

async function waitUntilHealthy(project: Project, fetchers: number): Promise<void> {
  const expected = SERVICES.length - 1 + fetchers;
  let described = '';
  await waitFor(
    async () => {
      const containers = (await project.containers()).filter(({ Service }) => SERVICES.includes(Service));
      described = containers.map(({ Name, State, Health }) => `${Name} ${State} ${Health}`).join(', ');
      return containers.length === expected && containers.every(({ Health }) => Health === 'healthy');
    },
    () => `not healthy: ${described}`,
  );
}

/** Stops the services that run. */
async function stopAndCheck(project: Project): Promise<string> {
  const running = (await project.containers()).filter(
    ({ Service, State }) => SERVICES.includes(Service) && State === 'running',
  );
  return stopAll(
    project,
    running.map(({ Name }) => Name),
  );
}

/** Stops containers, all at once, and looks at their exit codes and at how long each took. */
async function stopAll(project: Project, names: string[]): Promise<string> {
  assert(names.length > 0, 'nothing runs');
  const limitMs = Math.round(STOP_MS * slowness());
  const ends = await Promise.all(
    names.map(async (name) => {
      const startedAt = performance.now();
      await project.docker('stop', '--time=30', name);
      const ms = Math.round(performance.now() - startedAt);
      return {
        name,
        ms,
        code: Number(await project.docker('inspect', '--format', '{{.State.ExitCode}}', name)),
      };
    }),
  );
  for (const { name, code, ms } of ends) {
    assert(code === 0 || code === 143, `${name} exited with ${code}`);
    assert(ms <= limitMs, `${name} took ${ms} ms`);
  }
  return `slowest ${Math.max(...ends.map(({ ms }) => ms))} ms, limit ${limitMs} ms`;
}
