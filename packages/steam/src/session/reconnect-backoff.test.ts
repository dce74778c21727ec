import { expect, test } from 'vitest';
import { ReconnectBackoff } from './reconnect-backoff.ts';

const MINUTE = 60_000;
const lost = { reason: 'NoConnection', eresult: undefined, isFaulty: false };
const throttled = { reason: 'RateLimitExceeded', eresult: 84, isFaulty: false };

test('doubles the ceiling with each failure, up to a minute', () => {
  const backoff = new ReconnectBackoff(() => 1);
  const pauses = Array.from({ length: 8 }, () => backoff.next(lost));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, MINUTE, MINUTE]);
});

test('spreads the pause over the whole range below the ceiling', () => {
  expect(new ReconnectBackoff(() => 0).next(lost)).toBe(0);
  expect(new ReconnectBackoff(() => 0.5).next(lost)).toBe(500);
});

test('stays away for half an hour and longer each time when logons are throttled', () => {
  const backoff = new ReconnectBackoff(() => 0);
  const pauses = Array.from({ length: 5 }, () => backoff.next(throttled) / MINUTE);
  expect(pauses).toEqual([30, 60, 120, 240, 240]);
});

test('takes AccountLoginDeniedThrottle for a throttle, and only lengthens the pause at random', () => {
  const backoff = new ReconnectBackoff(() => 1);
  expect(backoff.next({ reason: 'AccountLoginDeniedThrottle', eresult: 87, isFaulty: false })).toBe(
    37.5 * MINUTE,
  );
});

test('starts over after a session that was of use', () => {
  const backoff = new ReconnectBackoff(() => 1);
  backoff.next(lost);
  backoff.next(throttled);
  backoff.reset();
  expect(backoff.next(lost)).toBe(1_000);
  expect(backoff.next(throttled)).toBe(37.5 * MINUTE);
});
