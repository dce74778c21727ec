import { plainText, UserError } from '@pics/core';
import { readLedger } from '@pics/operations';
import { environment, parseSettings, SettingsError, type Settings } from '@pics/service';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { checkApps } from '../doctor/check-apps.ts';
import { checkFleet } from '../doctor/check-fleet.ts';
import { checkPostgres } from '../doctor/check-postgres.ts';
import { adviseOnRedis, checkRedis } from '../doctor/check-redis.ts';
import { checkSteam } from '../doctor/check-steam.ts';
import { resultsFor, type CheckResult } from '../doctor/check-result.ts';
import { print, printJson } from '../output/print.ts';
import { padText, style, wrapText, type Style } from '../output/text.ts';
import { getServerUrl } from '../servers/get-server-url.ts';
import { useDatabase } from '../servers/use-database.ts';
import { useQueues } from '../servers/use-queues.ts';

export const doctorCommand = defineCommand(
  'doctor',
  'Check Postgres, Redis, Steam, the request budget and the clocks, and say what to do',
  [
    ['doctor', 'exits with 1 when something does not work'],
    ['doctor --json | jq \'.findings[] | select(.level != "fine")\'', 'what needs attention'],
  ],
).action(async ({ json }: CommonOptions) => {
  const results = await runChecks();
  const problems = results.filter(({ level }) => level === 'problem').length;
  const warnings = results.filter(({ level }) => level === 'warning').length;
  if (json) printJson({ problems, warnings, findings: results });
  else print([...results.flatMap(describeResult), '', summarise(problems, warnings)]);
  process.exitCode = problems > 0 ? 1 : 0;
});

/**
 * Runs all checks. A check that fails does not prevent the others, except that with invalid settings nothing else is checked:
 * it would be the wrong server.
 */
async function runChecks(): Promise<CheckResult[]> {
  const { fine, problem } = resultsFor('Settings');
  let settings: Settings;
  try {
    settings = parseSettings(environment(), []);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message
      .split('\n')
      .map((fault) => problem(fault, 'Correct it; pics config shows all settings.'));
  }
  const { simulated, apps, ...fleet } = await readPipeline();
  const results = await Promise.all([
    runCheck('Postgres', 'DATABASE_URL', () => checkPostgres(getServerUrl('DATABASE_URL'))),
    runCheck('Redis', 'REDIS_URL', () =>
      useQueues(async (queues) => {
        const results = await checkRedis(queues);
        const isUsable = results.every(({ level }) => level !== 'problem');
        const checkedFleet = checkFleet(queues, fleet);
        // What is wrong with Redis may keep the fleet from being read as well.
        return [...results, ...(await (isUsable ? checkedFleet : checkedFleet.catch(() => [])))];
      }),
    ),
    checkSteam(settings.STEAM_CM_SERVERS, simulated),
  ]);
  const kept = settings.KEEP_COLUMNS.join(', ');
  return [fine(kept ? `all valid; KEEP_COLUMNS keeps ${kept}` : 'all valid'), ...results.flat(), ...apps];
}

/** What the database knows of the pipeline; if it cannot be read, the check of Postgres says why. */
async function readPipeline(): Promise<{
  simulated: boolean;
  apps: CheckResult[];
  pausedAt: Date | null;
  polledMsAgo: number | null;
}> {
  try {
    return await useDatabase(async (database) => {
      const ledger = await readLedger(database);
      const { source, polledMsAgo } = ledger.feed;
      const apps = checkApps(ledger, new Date());
      return { simulated: source === 'simulator', apps, pausedAt: ledger.settings.pausedAt, polledMsAgo };
    });
  } catch {
    return { simulated: false, apps: [], pausedAt: null, polledMsAgo: null };
  }
}

async function runCheck(
  subject: string,
  variable: string,
  check: () => Promise<CheckResult[]>,
): Promise<CheckResult[]> {
  try {
    return await check();
  } catch (error) {
    const { problem } = resultsFor(subject);
    if (error instanceof SettingsError) return [problem(error.message, `Set ${variable}, or run: npm start`)];
    // Only Redis gets here; checkPostgres reports by itself that Postgres cannot be reached.
    if (error instanceof UserError) return [problem(error.message, adviseOnRedis(error.message))];
    throw error;
  }
}

const MARKS: Record<CheckResult['level'], readonly [mark: string, style: Style]> = {
  fine: ['✓', 'green'],
  warning: ['!', 'yellow'],
  problem: ['✗', 'red'],
};

/** The longest subject is "Settings". */
const SUBJECT_COLUMNS = 10;
const INDENT = 2 + SUBJECT_COLUMNS;

function describeResult({ subject, level, text, advice }: CheckResult): string[] {
  const [mark, markStyle] = MARKS[level];
  const [first = '', ...others] = wrapText(plainText(text), INDENT);
  const advised = advice ? wrapText(plainText(`→ ${advice}`), INDENT).map((line) => style('cyan', line)) : [];
  return [
    `${style(markStyle, mark)} ${padText(subject, SUBJECT_COLUMNS)}${first}`,
    ...[...others, ...advised].map((line) => ' '.repeat(INDENT) + line),
  ];
}

function summarise(problems: number, warnings: number): string {
  if (problems + warnings === 0) return style('green', 'Everything is fine.');
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const parts = [
    ...(problems > 0 ? [style('red', count(problems, 'problem'))] : []),
    ...(warnings > 0 ? [style('yellow', count(warnings, 'warning'))] : []),
  ];
  return `${parts.join(', ')}.`;
}
