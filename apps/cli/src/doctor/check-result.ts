import { formatDuration } from '@pics/operations';

/** The result of one check. */
export interface CheckResult {
  subject: string;
  /** problem: it does not work, or work can be lost; warning: it works, but could be better or will soon stop working. */
  level: 'fine' | 'warning' | 'problem';
  text: string;
  /** What to do about it. */
  advice?: string;
}

/** Returns what makes the results of checks on one subject. */
export function resultsFor(subject: string) {
  return {
    fine: (text: string): CheckResult => ({ subject, level: 'fine', text }),
    warning: (text: string, advice: string): CheckResult => ({ subject, level: 'warning', text, advice }),
    problem: (text: string, advice: string): CheckResult => ({ subject, level: 'problem', text, advice }),
  };
}

/** The first advice whose sign is found in what a server, or the way to it, reports. */
export function findAdvice(
  advices: readonly (readonly [sign: RegExp, advice: string])[],
  report: string,
): string | undefined {
  return advices.find(([sign]) => sign.test(report))?.[1];
}

/**
 * The protocol does not depend on clocks, so a wrong one loses no work. But times in the tables are those of Postgres, delays
 * of jobs those of this machine, and a certificate is not valid yet on a machine that thinks it is yesterday.
 */
const MOST_SKEW_MS = 5_000;

/** Compares the clock of a server with that of this machine. */
export function checkClock(server: string, aheadMs: number): CheckResult {
  const { fine, warning } = resultsFor('Clock');
  const skewMs = Math.abs(aheadMs);
  if (skewMs <= MOST_SKEW_MS) {
    return fine(`${server} and this machine agree to ${Math.max(skewMs / 1_000, 0.01).toFixed(2)} s`);
  }
  return warning(
    `${server} is ${formatDuration(skewMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`,
    'Have the machine that is wrong set its clock by NTP (timedatectl set-ntp true).',
  );
}
