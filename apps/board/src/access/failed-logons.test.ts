import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FailedLogons } from './failed-logons.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('FailedLogons', () => {
  const setUp = () => {
    const failed = new FailedLogons();
    const fail = async (times: number, address: string) => {
      for (let time = 0; time < times; time += 1) await failed.add(address);
    };
    return { failed, fail };
  };

  test('blocks an address for the rest of the minute after ten failures, and no other address', async () => {
    const { failed, fail } = setUp();
    await fail(9, '192.0.2.1');
    expect(await failed.findRetryAfter('192.0.2.1')).toBeUndefined();
    vi.advanceTimersByTime(20_000);
    await fail(1, '192.0.2.1');
    expect(await failed.findRetryAfter('192.0.2.1')).toBe(40);
    expect(await failed.findRetryAfter('192.0.2.2')).toBeUndefined();
    vi.advanceTimersByTime(40_000);
    expect(await failed.findRetryAfter('192.0.2.1')).toBeUndefined();
  });

  test('counts all addresses of one IPv6 network together', async () => {
    const { failed, fail } = setUp();
    for (let host = 1; host <= 10; host += 1) await fail(1, `2001:db8:0:1::${host}`);
    expect(await failed.findRetryAfter('2001:db8:0:1:ffff::1')).toBe(60);
    expect(await failed.findRetryAfter('2001:db8:0:2::1')).toBeUndefined();
  });

  test('forgets addresses after a minute', async () => {
    const { failed, fail } = setUp();
    for (let host = 0; host < 100; host += 1) await fail(1, `192.0.2.${host}`);
    expect(failed.size).toBe(100);
    vi.advanceTimersByTime(60_000);
    expect(failed.size).toBe(0);
  });
});
