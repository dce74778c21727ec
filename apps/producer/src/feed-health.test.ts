import { beforeEach, describe, expect, test } from 'vitest';
import { FeedHealth } from './feed-health.ts';

const MINUTE_MS = 60_000;
let now: number;
let feed: FeedHealth;

beforeEach(() => {
  now = 1_000_000_000_000;
  feed = new FeedHealth(() => now);
});

const pass = (minutes: number) => (now += minutes * MINUTE_MS);

describe('the health of the change feed', () => {
  test('has no fault while it moves, and through a weekly maintenance of 20 minutes', () => {
    expect(feed.findFault()).toBeUndefined();
    feed.follow({ since: 500, current: 510 });
    pass(20);
    expect(feed.findFault()).toBeUndefined();
    feed.follow({ since: 510, current: 511 });
    pass(20);
    feed.follow({ since: 511, current: 511 });
    expect(feed.findFault()).toBeUndefined();
  });

  test('has a fault when it announced nothing for 30 minutes, until it moves again', () => {
    feed.follow({ since: 500, current: 500 });
    pass(31);
    feed.follow({ since: 500, current: 500 });
    expect(feed.findFault()).toBe('the change feed has announced nothing for 31 minutes');
    feed.follow({ since: 500, current: 501 });
    expect(feed.findFault()).toBeUndefined();
  });

  test('has a fault from a refused response to the next one that is followed', () => {
    feed.refuse("Steam's newest change 400 is behind the cursor 500");
    expect(feed.findFault()).toBe(
      "the change feed cannot be followed: Steam's newest change 400 is behind the cursor 500",
    );
    feed.follow({ since: 500, current: 500 });
    expect(feed.findFault()).toBeUndefined();
  });

  test('has no fault in a process that no longer follows it', () => {
    feed.follow({ since: 500, current: 500 });
    feed.refuse('no');
    feed.forget();
    pass(60);
    expect(feed.findFault()).toBeUndefined();
  });

  test('is asked for on another server at once, and then every ten minutes at most, because Steam counts logons', () => {
    expect(feed.mayAskElsewhere()).toBe(true);
    pass(9);
    expect(feed.mayAskElsewhere()).toBe(false);
    pass(1);
    expect(feed.mayAskElsewhere()).toBe(true);
  });
});
