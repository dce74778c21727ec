import { defineRailway, project, redis, service } from 'railway/iac';

/**
 * The project on Railway: Redis and the four services, all from the Dockerfile of this repository. Postgres is elsewhere, for
 * example at Supabase. `railway config plan` shows the changes, `railway config apply` makes them. docs/deploy-railway.md
 * has the instructions.
 *
 * The project needs two shared variables: DATABASE_URL and BOARD_PASSWORD.
 */
export default defineRailway(({ shared }) => {
  const queues = redis('redis');

  const definition = (name: string) => ({
    build: { builder: 'DOCKERFILE' as const, dockerfilePath: 'Dockerfile' },
    start: `node apps/${name}/src/main.ts`,
    deploy: {
      healthcheckPath: '/healthz',
      healthcheckTimeout: 60,
      // A service that stops making progress exits. Restarts on failure would stop after ten.
      restartPolicyType: 'ALWAYS' as const,
      // By default Railway kills running jobs at once; a service drains within 25 s.
      drainingSeconds: 30,
    },
  });
  // The first service to be deployed migrates; the others find nothing to do.
  const migrating = { preDeploy: ['node apps/cli/src/main.ts migrate'] };

  const everywhere = { PORT: '3000', REDIS_URL: queues.env.REDIS_URL };
  const database = { DATABASE_URL: shared['DATABASE_URL'] };

  const producer = service('producer', {
    ...definition('producer'),
    ...migrating,
    env: { ...everywhere, ...database },
  });
  const fetcher = service('fetcher', { ...definition('fetcher'), replicas: 2, env: everywhere });
  const writer = service('writer', {
    ...definition('writer'),
    ...migrating,
    env: { ...everywhere, ...database },
  });
  const board = service('board', {
    ...definition('board'),
    ...migrating,
    env: {
      ...everywhere,
      ...database,
      BOARD_USER: 'admin',
      BOARD_PASSWORD: shared['BOARD_PASSWORD'],
      // Railway's edge connects from the shared address space of RFC 6598, which is not routed on the internet.
      BOARD_TRUSTED_PROXIES: '100.64.0.0/10',
    },
  });

  return project('pics-mirror', { resources: [queues, producer, fetcher, writer, board] });
});
