import { expect, test } from 'vitest';
import { addDetail } from './service-log.ts';

test.each([
  [
    'waiting for Redis',
    'waiting for Redis: 10.0.0.5:6379 refused',
    'waiting for Redis: 10.0.0.5:6379 refused',
  ],
  ['no poll for 90 s', 'no poll for 60 s: the feed: fails', 'no poll for 90 s: the feed: fails'],
  ['waiting for Redis', 'no session with Steam: nobody answers', 'waiting for Redis'],
  ['waiting for Redis', 'waiting for Redis', 'waiting for Redis'],
  ['waiting for Redis', undefined, 'waiting for Redis'],
])('%s, with %s logged, is shown as %s', (reason, logged, shown) => {
  expect(addDetail(reason, logged)).toBe(shown);
});
