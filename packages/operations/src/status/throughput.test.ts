import { describe, expect, test } from 'vitest';
import { estimateRequestRate, measureCurrentSpeed } from './throughput.ts';

const minutes = (...requests: number[]) =>
  requests.map((requestsPerSecond) => ({
    from: new Date(0),
    appsPerSecond: requestsPerSecond * 200,
    requestsPerSecond,
  }));

describe('measureCurrentSpeed', () => {
  test('averages the last five minutes, from the first one with work, and counts idle ones after it', () => {
    expect(measureCurrentSpeed(minutes(9, 2, 2, 2, 2, 2)).apps).toBe(400);
    expect(measureCurrentSpeed(minutes(0, 0, 0, 1, 1)).apps).toBe(200);
    expect(measureCurrentSpeed(minutes(2, 0, 0, 0, 0)).apps).toBe(80);
  });
});

describe('estimateRequestRate', () => {
  test('is what the fleet may make until two whole minutes of work show less', () => {
    expect(estimateRequestRate([], 2)).toBe(2);
    expect(estimateRequestRate(minutes(0, 0.3, 0.5), 2)).toBe(2);
    expect(estimateRequestRate(minutes(0, 0.3, 0.5, 0.5), 2)).toBe(0.5);
  });

  test('is not lowered by minutes that were idle in part', () => {
    expect(estimateRequestRate(minutes(2, 2, 0.4, 0, 1.1), 2)).toBe(2);
    expect(estimateRequestRate(minutes(0, 0, 0, 0, 0.2), 2)).toBe(2);
  });

  test('follows a lower rate at once, and takes the measure where none is known', () => {
    expect(estimateRequestRate(minutes(2, 2, 2, 2), 1)).toBe(1);
    expect(estimateRequestRate(minutes(3, 5, 5), undefined)).toBe(5);
    expect(estimateRequestRate([], undefined)).toBe(2);
  });
});
