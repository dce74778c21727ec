import { InvalidArgumentError } from 'commander';

const UNIT_MS: Record<string, number> = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * The moment that an argument names: a date or a time as ISO 8601 writes it ("2026-11-22", "2026-11-22T13:05"), in the
 * time zone of this machine unless it names another, or how long ago ("90min", "2h", "3d").
 */
export function parseSince(text: string): Date {
  const [, count, unit = ''] = /^(\d{1,6})\s*(s|min|h|d|w)$/.exec(text) ?? [];
  if (count) return new Date(Date.now() - Number(count) * (UNIT_MS[unit] ?? 0));
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00`) : new Date(text);
  // Date takes much for a time that nobody means as one, such as "5".
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError(
      'It must be a date, such as 2026-11-22 or 2026-11-22T13:05, or how long ago: 2h, 3d.',
    );
  }
  return time;
}
