import { defineRailway, project, redis, service } from 'railway/iac';

/**
 * The whole project on Railway: Redis and the four services, all from the Dockerfile of this repository. Postgres is not part
 * of it; it may be anywhere, such as at Supabase. `railway config plan` shows what it would change, `railway config apply`
 * does it. docs/deploy-railway.md tells it step by step.
 *
 * Two shared variables must be set in the project before: DATABASE_URL and BOARD_PASSWORD.
 */
export default defineRailway(({ shared }) => {
  const queues = redis('redis');

  const definition = (name: string) => ({
    build: { builder: 'DOCKERFILE' as const, dockerfilePath: 'Dockerfile' },
    start: `node apps/${name}/src/main.ts`,
    deploy: {
      healthcheckPath: '/healthz',
      healthcheckTimeout: 60,
      // A service that stands still through its own fault ends itself. Restarts on failure stop after ten.
      restartPolicyType: 'ALWAYS' as const,
      // Railway's default of 0 kills jobs in hand; a service takes 25 s at most.
      drainingSeconds: 30,
    },
  });
  // Whoever is deployed first brings the tables to the newest version, the others find nothing to do.
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
    env: { ...everywhere, ...database, BOARD_USER: 'admin', BOARD_PASSWORD: shared['BOARD_PASSWORD'] },
  });

  return project('pics-mirror', { resources: [queues, producer, fetcher, writer, board] });
});
