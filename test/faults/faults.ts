import { setTimeout as delay } from 'node:timers/promises';
import type { FaultInput } from '@pics/simulator';
import { openQueues, type Queues } from '@pics/queue';
import { Client } from 'pg';
import { Random } from './random.ts';
import type { ServiceName, World } from './world.ts';

/** A fault. `strike` resolves when it has happened, and returns `heal` when something must be undone later. */
export interface Fault {
  name: string;
  strike(world: World, random: Random): Promise<{ heal?: () => Promise<void> } | void>;
}

/** Longer than a job's lock (15 s) and the leader's session (10 s): others take over what a frozen service held. */
const FREEZE_MS = 18_000;

const anyService = (world: World, random: Random): ServiceName =>
  random.pick<ServiceName>([...world.producers, 'writer', ...world.fetchers]);

/** Faults of processes and servers. */
const MACHINE: Fault[] = [
  {
    name: 'kill -9 of a service',
    strike: async (world, random) => {
      const name = anyService(world, random);
      await world.kill(name);
      await delay(random.between(0, 1_000));
      await world.start(name);
    },
  },
  {
    name: 'SIGTERM of a service, which drains and exits 0',
    strike: async (world, random) => {
      const name = anyService(world, random);
      const lines = world.services.get(name)?.lines ?? [];
      const code = await world.stop(name);
      if (code !== 0 && !(code === 1 && world.fellSilent))
        world.deaths.push(`${name} exited with ${code} after SIGTERM:\n${lines.slice(-5).join('\n')}`);
      await world.start(name);
    },
  },
  {
    name: 'a fetcher frozen past its lock, with its clock',
    strike: async (world, random) => freeze(world, random.pick(world.fetchers)),
  },
  {
    name: 'a producer frozen past its session, with its clock',
    strike: async (world, random) => freeze(world, random.pick(world.producers)),
  },
  {
    name: 'the writer frozen past its lock, with its clock',
    strike: async (world) => freeze(world, 'writer'),
  },
  {
    name: 'kill -9 of Redis, which restarts empty',
    strike: async (world, random) => {
      await world.redis.kill();
      await delay(random.between(0, 1_500));
      await world.redis.restart();
    },
  },
  {
    name: 'FLUSHALL',
    strike: (world) => withRedis(world, async (redis) => void (await redis.flushall())),
  },
  {
    name: 'Redis at maxmemory',
    strike: (world, random) =>
      withRedis(world, async (redis) => {
        const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
        await redis.config('SET', 'maxmemory', used);
        await delay(random.between(500, 2_000));
        await redis.config('SET', 'maxmemory', 0);
      }),
  },
  {
    name: 'kill -9 of Postgres',
    strike: async (world) => {
      await world.postgres.kill();
      await world.postgres.restart();
    },
  },
  {
    name: 'Postgres refuses connections for a while',
    strike: async (world, random) => {
      await world.postgres.kill();
      await delay(random.between(1_000, 3_000));
      await world.postgres.restart();
    },
  },
];

function freeze(world: World, name: ServiceName): { heal: () => Promise<void> } {
  const frozen = world.services.get(name);
  frozen?.signal('SIGSTOP');
  const thaw = async () => {
    await delay(FREEZE_MS);
    frozen?.signal('SIGCONT');
  };
  const thawed = thaw();
  return { heal: () => thawed };
}

async function withRedis(world: World, work: (redis: Queues['redis']) => Promise<void>): Promise<void> {
  const queues = openQueues(world.redis.url, () => {});
  try {
    await work(queues.redis);
  } finally {
    await queues.close();
  }
}

/** Faults on the way to each server, with the server itself in order. What fell silent stays so: services must notice. */
const NETWORK: Fault[] = (['Postgres', 'Redis', 'Steam'] as const).flatMap((server) => [
  {
    name: `the connections to ${server} fall silent`,
    strike: async (world) => {
      world.fellSilent = true;
      world.proxies[server].silence();
    },
  },
  {
    name: `some of the connections to ${server} fall silent`,
    strike: async (world, random) => {
      world.fellSilent = true;
      // Their own sequence: how many connections there are depends on time.
      const choice = new Random(random.between(1, 1_000_000));
      world.proxies[server].silence(() => choice.fraction() < 0.5);
    },
  },
  {
    name: `the connections to ${server} fall silent, and new ones for a while`,
    strike: async (world, random) => {
      world.fellSilent = true;
      world.proxies[server].silence();
      world.proxies[server].silenceNew();
      await delay(random.between(2_000, 12_000));
      world.proxies[server].restoreNew();
    },
  },
  {
    name: `the network to ${server} is slow`,
    strike: async (world, random) => {
      world.proxies[server].slow(random.between(20, 300));
      await delay(random.between(2_000, 6_000));
      world.proxies[server].slow(0);
    },
  },
]);

/** Faults of others who use the database. */
const DATABASE: Fault[] = [
  {
    name: "somebody's open transaction holds rows",
    strike: async (world, random) => {
      const client = new Client({ connectionString: world.postgres.url, application_name: 'psql' });
      // Another fault may end its session.
      client.on('error', () => {});
      await client.connect();
      await client.query('begin');
      for (const table of ['pics_app_ledger', 'apps']) {
        const key = table === 'apps' ? 'appid' : 'id';
        const rows = `select from ${table} order by ${key} offset ${random.between(0, 50)} limit 2 for update skip locked`;
        await client.query(rows);
      }
      return { heal: () => client.end() };
    },
  },
];

/** Faults of Steam, armed in the simulator for a time or a number of requests. */
const STEAM: Record<string, (random: Random) => FaultInput[]> = {
  'the connection is cut in the middle of a response': (random) => [
    { kind: 'drop-connection', next: random.between(1, 3), afterParts: random.between(0, 1) },
  ],
  'requests get no response': (random) => [{ kind: 'no-answer', next: random.between(1, 4) }],
  'responses arrive too late': () => [{ kind: 'late-answer', next: 3, ms: 2_500 }],
  'responses arrive late, but in time': () => [{ kind: 'late-answer', forMs: 2_000, ms: 700 }],
  'responses arrive out of order': () => [{ kind: 'out-of-order', forMs: 2_000, ms: 300 }],
  'responses arrive twice': () => [{ kind: 'doubled-answer', forMs: 2_000 }],
  'ids are left out': () => [{ kind: 'leave-out', forMs: 1_500, probability: 0.1 }],
  'responses are compressed': () => [{ kind: 'gzip-multi', forMs: 3_000 }],
  'TryAnotherCM at logon': (random) => [
    { kind: 'refuse-logon', result: 'TryAnotherCM', next: random.between(1, 5) },
  ],
  'RateLimitExceeded at logon': () => [{ kind: 'refuse-logon', result: 'RateLimitExceeded', next: 1 }],
  'Steam throttles': (random) => [
    {
      kind: 'throttle',
      forMs: 2_000,
      limit: 5,
      response: random.pick(['refuse', 'no-answer', 'disconnect'] as const),
    },
  ],
  'Steam refuses every request for seconds': (random) => [
    {
      kind: 'throttle',
      limit: 0,
      forMs: random.between(2_000, 8_000),
      requests: ['changes', 'product-info', 'metadata'],
      result: random.pick(['RateLimitExceeded', 'Busy', 'ServiceUnavailable'] as const),
    },
  ],
  'bodies are damaged': (random) => [
    {
      kind: 'corrupt-body',
      forMs: 1_500,
      probability: 0.2,
      damage: random.pick(['flip', 'cut', 'garbage'] as const),
    },
  ],
  'bodies must be fetched over HTTP': () => [{ kind: 'withhold-body', forMs: 3_000, probability: 0.3 }],
  'bodies over HTTP fail too': () => [
    { kind: 'withhold-body', forMs: 2_000, probability: 0.2 },
    { kind: 'refuse-http', forMs: 2_000, probability: 0.5 },
  ],
  'responses are older than announced': () => [{ kind: 'stale', forMs: 1_000, probability: 0.3 }],
  'the cursor is too old': (random) => [
    { kind: 'force-full', next: 1, apps: true, packages: random.fraction() < 0.5 },
  ],
  'the change feed has numbers that cannot be': (random) => [
    {
      kind: 'impossible-number',
      forMs: random.between(1_000, 6_000),
      number: random.pick(['behind', 'ahead', 'other-since'] as const),
    },
  ],
  'Steam answers heartbeats and nothing else': () => [{ kind: 'frozen', forMs: 4_000 }],
  'Steam refuses connections': () => [{ kind: 'refuse-connections', forMs: 2_000 }],
};

/** Faults that take effect only at a logon, so sessions are disconnected. */
const AT_LOGON = new Set<FaultInput['kind']>(['refuse-logon', 'refuse-connections']);

const SIMULATED: Fault[] = Object.entries(STEAM).map(([name, arm]) => ({
  name,
  strike: async (world, random) => {
    const faults = arm(random);
    for (const fault of faults) world.simulator.arm(fault);
    if (faults.some(({ kind }) => AT_LOGON.has(kind))) world.simulator.disconnect();
  },
}));

/** What Steam does with access tokens. None of it is in the feed, but that an app needs one from now on. */
const TOKENS: Fault[] = [
  {
    name: 'Steam replaces all access tokens',
    strike: async ({ simulator }) => void simulator.changeTokens({ rotate: true }),
  },
  {
    name: 'Steam denies tokens that it granted',
    strike: async ({ simulator }, random) => {
      const appids = simulator.tokens().flatMap(({ appid, granted }) => (granted ? [appid] : []));
      const denied = appids.filter(() => random.fraction() < 0.2);
      if (denied.length > 0) simulator.changeTokens({ appids: denied, granted: false, rotate: true });
    },
  },
  {
    name: 'apps need an access token from now on',
    strike: async ({ simulator }, random) => {
      const open = simulator.apps().filter(({ appid }) => simulator.findApp(appid)?.missingToken === false);
      const appids = [random.pick(open), random.pick(open)].map(({ appid }) => appid);
      simulator.changeTokens({ appids, shown: random.pick(['common', 'nothing'] as const) });
    },
  },
];

export const FAULTS: readonly Fault[] = [...MACHINE, ...NETWORK, ...DATABASE, ...SIMULATED, ...TOKENS];
