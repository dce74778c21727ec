import { formatDuration } from '../output/format.ts';
import { findingsOf, type Finding } from './finding.ts';

/**
 * No part of the protocol goes by clocks, so that no work is lost by a wrong one. But times in the tables are Postgres',
 * delays of jobs this machine's, and a certificate is not valid yet where it is yesterday.
 */
const MOST_SKEW_MS = 5_000;

/** Holds a server's clock against that of this machine. */
export function checkClock(server: string, aheadMs: number): Finding {
  const { fine, warning } = findingsOf('Clock');
  const seconds = Math.abs(aheadMs) / 1_000;
  if (Math.abs(aheadMs) <= MOST_SKEW_MS)
    return fine(`${server} and this machine agree to ${Math.max(seconds, 0.01).toFixed(2)} s`);
  return warning(
    `${server} is ${formatDuration(seconds)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`,
    'Let the machine that is wrong set its clock by NTP (timedatectl set-ntp true).',
  );
}
