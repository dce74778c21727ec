import { expect, test } from 'vitest';
import { warnAboutFastRate } from './warn-about-fast-rate.ts';

test.for([
  [2, [], 0],
  [2.1, [], 1],
  [50, [], 1],
  [50, ['127.0.0.1:27017'], 0],
] as const)('a rate of %d with the servers %j is logged as risky %d times', ([rate, servers, times]) => {
  const logged: object[] = [];
  warnAboutFastRate({
    settings: { FETCH_RATE_PER_SECOND: rate, STEAM_CM_SERVERS: [...servers] },
    log: { warn: (fields: object) => void logged.push(fields) },
  });
  expect(logged).toEqual(Array.from({ length: times }, () => ({ requestsPerSecond: rate, tolerated: 2 })));
});
