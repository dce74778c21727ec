import { isIP } from 'node:net';
import { findKeepFault } from '@pics/core';
import { z } from 'zod';
import { connectionUrl, findPostgresProblem, findRedisProblem } from './connection-url.ts';

/** A whole number within bounds, written in digits. */
const whole = (unit: string, min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, { error: `must be a whole number of ${unit}` })
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min} ${unit}`).max(max, `must be at most ${max} ${unit}`));

const portNumber = z
  .string()
  .regex(/^\d{1,5}$/, { error: 'must be a port number' })
  .transform(Number)
  .pipe(z.number().max(65_535, 'must be at most 65535'));

const url = (protocols: string[]) =>
  z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol.slice(0, -1) ?? ''), {
    error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  });

/** The names of networks that proxy-addr knows: loopback, link-local and private addresses. */
const NAMED_NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** An address, a network such as 10.0.0.0/8, or the name of one. Not /0: nothing vouches for the headers of everybody. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const longest = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const length = Number(bits ?? longest);
  return NAMED_NETWORKS.has(text) || (length >= 1 && length <= longest);
}

/** An origin and a path. The path must differ from those of the board, because a proxy may remove it or pass it on. */
function isPublicUrl(text: string): boolean {
  const parsed = URL.parse(text);
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) return false;
  const { username, password, search, hash, pathname } = parsed;
  return (
    `${username}${password}${search}${hash}` === '' && !/^\/(api|apps|assets|queues)(\/|$)/i.test(pathname)
  );
}

/** fetch takes no URL with a user. */
function isWebhookUrl(text: string): boolean {
  const parsed = URL.parse(text);
  return ['http:', 'https:'].includes(parsed?.protocol ?? '') && !parsed?.username && !parsed?.password;
}

/** What can be guessed over the network must be long. */
const longSecret = z.string().min(12, { error: 'must have at least 12 characters' });

/** The names of a list with commas, without blanks. */
function toNames(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

const hostAndPort = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/;

/**
 * Every setting, by the name of its environment variable: which values are valid, and the default.
 *
 * A service validates all of them, including those it does not use, so the first service to start finds every wrong line.
 */
export const settingSchemas = {
  DATABASE_URL: connectionUrl(['postgres', 'postgresql'], findPostgresProblem).optional(),
  REDIS_URL: connectionUrl(['redis', 'rediss'], findRedisProblem).optional(),
  PORT: portNumber.optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
  MODE: z
    .enum(['change_monitor', 'bulk_sync'], { error: 'must be change_monitor or bulk_sync' })
    .default('change_monitor'),
  /** At most half of the minute after which the feed counts as not followed. */
  POLL_INTERVAL_MS: whole('milliseconds', 100, 30_000).default(5_000),
  FETCH_BATCH_SIZE: whole('apps', 1, 1_000).default(200),
  /** PICS requests of the whole fleet. 2 is the rate Steam is known to tolerate. */
  FETCH_RATE_PER_SECOND: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,3})?$/, { error: 'must be a number of requests a second, such as 2 or 0.5' })
    .transform(Number)
    .pipe(z.number().min(0.01, 'must be at least 0.01').max(10_000, 'must be at most 10000'))
    .default(2),
  /** Jobs that one fetcher works on at once: at 2 requests a second and responses within a second, 4 leaves room. */
  FETCH_CONCURRENCY: whole('jobs', 1, 64).default(4),
  SCAN_BATCH_SIZE: whole('ids', 1, 10_000).default(5_000),
  /** How often all known apps are compared with Steam: 57 requests for the whole catalogue. */
  SWEEP_INTERVAL_MS: whole('milliseconds', 1_000, 2_592_000_000).default(86_400_000),
  /** How long the changes that Steam announced stay in pics_changes: about 2 million rows in 90 days. */
  CHANGES_RETENTION_DAYS: whole('days', 1, 36_500).default(90),
  /** How long events stay in pics_events, in days; they go by whole months. */
  EVENTS_RETENTION_DAYS: whole('days', 1, 36_500).default(90),
  /** Tables and columns in which what another program has written is never replaced or deleted; what is missing is filled. */
  KEEP_COLUMNS: z
    .string()
    .default('')
    .transform(toNames)
    .superRefine((names, context) => {
      const faults = names.flatMap((name) => findKeepFault(name) ?? []);
      if (faults.length > 0)
        context.addIssue({ code: 'custom', message: `must name what Steam fills: ${faults.join('; ')}` });
    }),
  /** Whether the exact texts of Steam are stored: the latest of each app, or older versions too. */
  DOCUMENTS: z
    .enum(['off', 'latest', 'versions'], { error: 'must be off, latest or versions' })
    .default('versions'),
  /** The sections of these texts that are stored as JSON too. */
  JSON_SECTIONS: z
    .string()
    .default('')
    .transform((list) => [...new Set(toNames(list))])
    .pipe(
      z
        .array(
          z.string().regex(/^[a-z0-9_]{1,64}$/, {
            error: 'must be a list of sections such as depots,config,extended,ufs, in lower case',
          }),
        )
        .max(100, 'must have at most 100 sections'),
    ),
  STEAM_CM_SERVERS: z
    .string()
    .transform((text) => text.split(',').map((server) => server.trim()))
    .pipe(z.array(z.string().regex(hostAndPort, 'must be a list of host:port, separated by commas')))
    .default([]),
  STEAM_REQUEST_TIMEOUT_MS: whole('milliseconds', 100, 600_000).default(30_000),
  STEAM_WEB_API_KEY: z
    .string()
    .regex(/^[0-9A-Fa-f]{32}$/, { error: 'must be the 32 hexadecimal digits of a Steam Web API key' })
    .optional(),
  BOARD_USER: z.string().optional(),
  BOARD_PASSWORD: longSecret.optional(),
  /** The board shows everything and changes nothing. */
  BOARD_READ_ONLY: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false')
    .transform((text) => text === 'true'),
  /** The address of the board in a browser when a proxy in front has another host name, or serves the board below a path. */
  BOARD_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, {
      error:
        'must be a URL such as https://example.com/pics, without a user, ? or #, and with a path other than /api, /apps, /assets and /queues',
    })
    .optional(),
  /** The proxies whose X-Forwarded-For, -Host and -Proto the board believes. */
  BOARD_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((network) => network.trim()))
    .pipe(
      z.array(
        z.string().refine(isNetwork, {
          error:
            'must be a list of addresses and networks such as 10.0.0.1 or 10.0.0.0/8, separated by commas',
        }),
      ),
    )
    .default([]),
  /** Where the board reports trouble, and its end: a webhook of Discord or Slack, or a program that accepts JSON. */
  ALERT_WEBHOOK_URL: z
    .string()
    .refine(isWebhookUrl, { error: 'must be a URL that begins with https:// or http://, without a user' })
    .optional(),
  /** How long the pipeline must be stopped, or behind Steam, before it is reported. A deploy takes a minute. */
  ALERT_AFTER_MINUTES: whole('minutes', 1, 1_440).default(5),
  /** The same for a pause, which somebody chose and may forget. */
  ALERT_PAUSED_MINUTES: whole('minutes', 1, 43_200).default(60),
  /** More failed apps than this are reported. */
  ALERT_FAILED_APPS: whole('apps', 0, 10_000_000).default(100),
  /** The bearer token that `/metrics` requires. Everybody may read it when there is none. */
  METRICS_TOKEN: longSecret
    .regex(/^[\w.~+/-]+=*$/, { error: 'must consist of letters, digits and . _ ~ + / - only' })
    .optional(),
  /** Where an OpenTelemetry collector accepts spans over HTTP. Nothing is traced without it. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http', 'https']).optional(),
  /** How long active jobs may take to finish after SIGTERM. Less than the grace period of Railway and compose (30 s). */
  DRAIN_TIMEOUT_MS: whole('milliseconds', 0, 600_000).default(25_000),
  /** A service without progress for this long, and with no outage to explain it, ends itself. It is unready after a tenth. */
  WATCHDOG_MS: whole('milliseconds', 1_000, 86_400_000).default(600_000),
};

export type Settings = { [Name in keyof typeof settingSchemas]: z.infer<(typeof settingSchemas)[Name]> };
export type SettingName = keyof Settings;

/** All settings, of which some are required. */
export type SettingsWith<Required extends SettingName> = Settings & {
  [Name in Required]-?: NonNullable<Settings[Name]>;
};

/** Some settings are missing or invalid. The message lists every one of them and never contains the value of a secret. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/** Settings whose values are never shown. */
export const SECRET: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'REDIS_URL',
  'STEAM_WEB_API_KEY',
  'BOARD_PASSWORD',
  'METRICS_TOKEN',
  'ALERT_WEBHOOK_URL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
]);

/** Problems that are not in the value of a single setting: required settings that are missing, and pairs. */
function findMissing(variables: Record<string, string>, required: readonly SettingName[]): string[] {
  const problems: string[] = [];
  for (const name of required) {
    if (variables[name]) continue;
    problems.push(
      name === 'DATABASE_URL' && variables['SUPABASE_URL']
        ? 'DATABASE_URL is not set: SUPABASE_URL and its keys are for the REST API, SQL needs the Postgres URL ' +
            '(Supabase: Connect > Session pooler, port 5432)'
        : `${name} is not set`,
    );
  }
  if (Boolean(variables['BOARD_USER']) !== Boolean(variables['BOARD_PASSWORD'])) {
    problems.push('BOARD_USER and BOARD_PASSWORD must be set together');
  }
  if (variables['DOCUMENTS'] === 'off' && variables['JSON_SECTIONS']) {
    problems.push('JSON_SECTIONS needs DOCUMENTS=latest or versions: sections are read from the documents');
  }
  if (variables['BOARD_PUBLIC_URL'] && !variables['BOARD_PASSWORD']) {
    problems.push(
      'BOARD_PUBLIC_URL needs BOARD_USER and BOARD_PASSWORD: without them the board serves localhost only',
    );
  }
  return problems;
}

/**
 * Reads the settings from environment variables.
 *
 * @param required what this service cannot run without.
 * @throws SettingsError listing every problem at once. An invalid value never becomes a default.
 */
export function parseSettings<Required extends SettingName>(
  variables: Record<string, string>,
  required: readonly Required[],
): SettingsWith<Required> {
  const problems = findMissing(variables, required);
  const parsed: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(settingSchemas)) {
    const result = schema.safeParse(variables[name]);
    if (result.success) {
      parsed[name] = result.data;
      continue;
    }
    const shown = SECRET.has(name) ? '' : `, not "${variables[name]}"`;
    problems.push(`${name} ${result.error.issues[0]?.message}${shown}`);
  }
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return parsed as SettingsWith<Required>;
}
