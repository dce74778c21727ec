import { defineRailway, preserve, project, redis, service, type ServiceConfig } from 'railway/iac';

/**
 * The project on Railway: Redis and the four services. Postgres is elsewhere, for example at Supabase. `railway config plan`
 * shows the changes, `railway config apply` makes them. docs/deploy-railway.md has the instructions.
 *
 * The project needs two shared variables: DATABASE_URL and BOARD_PASSWORD. They are written as Railway's own references and
 * not taken from the context of the function, which some versions of the CLI leave empty.
 */

/**
 * What the services run. Undefined: what `railway up` uploads, with one build for each service. Otherwise, imported from
 * 'railway/iac':
 *
 *     image('ghcr.io/<owner>/pics-mirror:0.2', { autoUpdates: { type: 'patch' } })   a published image, no build
 *     github('<owner>/pics-mirror')                                                 a build for each push
 *
 * Name here what you connect in the dashboard: applying this file disconnects a source that it does not name.
 */
const source: ServiceConfig['source'] = undefined;

/** The number of fetchers. Change it here: the next `railway config apply` undoes a `railway scale`. */
const FETCHERS = 2;

/**
 * Every other setting of the README, and two of Node: what you set for them in the dashboard is kept. Applying this file
 * deletes a variable that it does not name, so add the names of your own.
 */
const KEPT = `
  LOG_LEVEL METRICS_TOKEN OTEL_EXPORTER_OTLP_ENDPOINT DRAIN_TIMEOUT_MS WATCHDOG_MS NODE_EXTRA_CA_CERTS NODE_OPTIONS
  MODE POLL_INTERVAL_MS SWEEP_INTERVAL_MS CHANGES_RETENTION_DAYS EVENTS_RETENTION_DAYS
  FETCH_RATE_PER_SECOND FETCH_BATCH_SIZE FETCH_CONCURRENCY SCAN_BATCH_SIZE
  STEAM_CM_SERVERS STEAM_REQUEST_TIMEOUT_MS STEAM_WEB_API_KEY KEEP_COLUMNS DOCUMENTS JSON_SECTIONS
  BOARD_USER BOARD_PASSWORD BOARD_READ_ONLY BOARD_PUBLIC_URL BOARD_TRUSTED_PROXIES
  ALERT_WEBHOOK_URL ALERT_AFTER_MINUTES ALERT_PAUSED_MINUTES ALERT_FAILED_APPS
`;
const kept = Object.fromEntries(
  KEPT.trim()
    .split(/\s+/)
    .map((name) => [name, preserve()]),
);

const SHARED_DATABASE_URL = '${{shared.DATABASE_URL}}';
const SHARED_BOARD_PASSWORD = '${{shared.BOARD_PASSWORD}}';

export default defineRailway(() => {
  const queues = redis('redis');

  const definition = (name: string) => ({
    ...(source ? { source } : { build: { builder: 'DOCKERFILE' as const, dockerfilePath: 'Dockerfile' } }),
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

  const everywhere = { ...kept, PORT: '3000', REDIS_URL: queues.env.REDIS_URL };
  const database = { DATABASE_URL: SHARED_DATABASE_URL };

  const producer = service('producer', {
    ...definition('producer'),
    ...migrating,
    env: { ...everywhere, ...database },
  });
  const fetcher = service('fetcher', { ...definition('fetcher'), replicas: FETCHERS, env: everywhere });
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
      BOARD_PASSWORD: SHARED_BOARD_PASSWORD,
      // Railway's edge connects from the shared address space of RFC 6598, which is not routed on the internet.
      BOARD_TRUSTED_PROXIES: '100.64.0.0/10',
    },
  });

  return project('pics-mirror', { resources: [queues, producer, fetcher, writer, board] });
});
