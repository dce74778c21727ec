import { expect, test, vi } from 'vitest';
import { Counters } from './counters.ts';

test('finds the highest number of product info requests in any span, without other requests', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const counters = new Counters();
  const at = [0, 400, 999, 1_399, 1_400, 5_000];
  for (const [index, time] of at.entries()) {
    vi.setSystemTime(time);
    vi.advanceTimersByTime(time - (at[index - 1] ?? 0));
    counters.logRequest(index % 2 === 0 ? 'product-info' : 'metadata', 1, 200);
    counters.logRequest('changes', 1, 0);
  }
  vi.useRealTimers();
  expect(counters.summary()).toMatchObject({
    requests: { 'product-info': 3, metadata: 3, changes: 6 },
    requestsPerSecond: {
      0: { 'product-info': 2, metadata: 1, changes: 3 },
      1: { metadata: 1, 'product-info': 1, changes: 2 },
      5: { metadata: 1, changes: 1 },
    },
    // 0, 400, 999 and 400, 999, 1399: what is exactly a second apart is not within one.
    mostProductInfoRequests: { within1000Ms: 3 },
  });
  expect(counters.mostProductInfoRequestsWithin(1_001)).toBe(4);
  expect(counters.mostProductInfoRequestsWithin(400)).toBe(2);
});
