import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FailedLogons } from './failed-logons.ts';

type ClientRequest = Parameters<FailedLogons['add']>[0];

function from(remoteAddress: string, forwardedFor?: string): ClientRequest {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return { headers, socket: { remoteAddress } as ClientRequest['socket'] };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('FailedLogons', () => {
  const setUp = () => {
    const failed = new FailedLogons();
    const fail = async (times: number, request: ClientRequest) => {
      for (let time = 0; time < times; time += 1) await failed.add(request);
    };
    return { failed, fail };
  };

  test('blocks an address for the rest of the minute after ten failures, and no other address', async () => {
    const { failed, fail } = setUp();
    await fail(9, from('192.0.2.1'));
    expect(await failed.findRetryAfter(from('192.0.2.1'))).toBeUndefined();
    vi.advanceTimersByTime(20_000);
    await fail(1, from('192.0.2.1'));
    expect(await failed.findRetryAfter(from('192.0.2.1'))).toBe(40);
    expect(await failed.findRetryAfter(from('192.0.2.2'))).toBeUndefined();
    vi.advanceTimersByTime(40_000);
    expect(await failed.findRetryAfter(from('192.0.2.1'))).toBeUndefined();
  });

  test('counts per client behind a proxy, not for everybody behind it', async () => {
    const { failed, fail } = setUp();
    await fail(10, from('10.0.0.1', '203.0.113.5'));
    expect(await failed.findRetryAfter(from('10.0.0.1', '203.0.113.5'))).toBe(60);
    expect(await failed.findRetryAfter(from('10.0.0.1', '203.0.113.6'))).toBeUndefined();
  });

  test('identifies a client by the entry of the nearest proxy, not by entries that come from outside', async () => {
    const { failed, fail } = setUp();
    await fail(10, from('10.0.0.1', '1.1.1.1, 203.0.113.5'));
    expect(await failed.findRetryAfter(from('10.0.0.1', '2.2.2.2, 203.0.113.5'))).toBe(60);
  });

  test('blocks a connecting address after a hundred failures, whatever its headers claim', async () => {
    const { failed, fail } = setUp();
    for (let client = 0; client < 100; client += 1) await fail(1, from('192.0.2.1', `203.0.113.${client}`));
    expect(await failed.findRetryAfter(from('192.0.2.1', '198.51.100.1'))).toBe(60);
  });

  test('counts all addresses of one IPv6 network together', async () => {
    const { failed, fail } = setUp();
    for (let host = 1; host <= 10; host += 1) await fail(1, from(`2001:db8:0:1::${host}`));
    expect(await failed.findRetryAfter(from('2001:db8:0:1:ffff::1'))).toBe(60);
    expect(await failed.findRetryAfter(from('2001:db8:0:2::1'))).toBeUndefined();
  });

  test('remembers at most 101 addresses for one connecting address, and none after a minute', async () => {
    const { failed, fail } = setUp();
    for (let client = 0; client < 30_000; client += 1) await fail(1, from('10.0.0.1', `client-${client}`));
    expect(failed.size).toBe(101);
    vi.advanceTimersByTime(60_000);
    expect(failed.size).toBe(0);
  });
});
