import { describe, expect, test } from 'vitest';
import { FailedLogons } from './failed-logons.ts';

type Request = Parameters<FailedLogons['add']>[0];

function from(remoteAddress: string, forwardedFor?: string): Request {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return { headers, socket: { remoteAddress } as Request['socket'] };
}

function setUp() {
  let now = 0;
  const failed = new FailedLogons(() => now);
  const fail = (times: number, request: Request) => {
    for (let time = 0; time < times; time += 1) failed.add(request);
  };
  return { failed, fail, pass: (ms: number) => (now += ms) };
}

describe('failed logons', () => {
  test('make an address wait for the rest of the minute after ten of them, and no other address', () => {
    const { failed, fail, pass } = setUp();
    fail(9, from('192.0.2.1'));
    expect(failed.findRetryAfter(from('192.0.2.1'))).toBeUndefined();
    pass(20_000);
    fail(1, from('192.0.2.1'));
    expect(failed.findRetryAfter(from('192.0.2.1'))).toBe(40);
    expect(failed.findRetryAfter(from('192.0.2.2'))).toBeUndefined();
    pass(40_000);
    expect(failed.findRetryAfter(from('192.0.2.1'))).toBeUndefined();
  });

  test('behind a proxy count for whom the proxy names, not for everybody behind it', () => {
    const { failed, fail } = setUp();
    fail(10, from('10.0.0.1', '203.0.113.5'));
    expect(failed.findRetryAfter(from('10.0.0.1', '203.0.113.5'))).toBe(60);
    expect(failed.findRetryAfter(from('10.0.0.1', '203.0.113.6'))).toBeUndefined();
  });

  test('are counted by what the nearest proxy wrote, not by what came from outside', () => {
    const { failed, fail } = setUp();
    fail(10, from('10.0.0.1', '1.1.1.1, 203.0.113.5'));
    expect(failed.findRetryAfter(from('10.0.0.1', '2.2.2.2, 203.0.113.5'))).toBe(60);
  });

  test('end for all of a connecting address after a hundred, whatever the headers claim', () => {
    const { failed, fail } = setUp();
    for (let client = 0; client < 100; client += 1) fail(1, from('192.0.2.1', `203.0.113.${client}`));
    expect(failed.findRetryAfter(from('192.0.2.1', '198.51.100.1'))).toBe(60);
  });

  test('of one IPv6 network count together', () => {
    const { failed, fail } = setUp();
    for (let host = 1; host <= 10; host += 1) fail(1, from(`2001:db8:0:1::${host}`));
    expect(failed.findRetryAfter(from('2001:db8:0:1:ffff::1'))).toBe(60);
    expect(failed.findRetryAfter(from('2001:db8:0:2::1'))).toBeUndefined();
  });

  test('of any number of addresses take no more memory than those of ten thousand', () => {
    const { failed, fail } = setUp();
    for (let client = 0; client < 30_000; client += 1) fail(1, from('10.0.0.1', `client-${client}`));
    expect(failed.size).toBeLessThanOrEqual(10_000);
  });
});
