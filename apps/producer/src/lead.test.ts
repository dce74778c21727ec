import { createLogger } from '@pics/service';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase } from '../../../test/support/database.ts';
import { FeedHealth } from './feed-health.ts';
import { StepFaults } from './step-faults.ts';
import { lead } from './lead.ts';
import type { ProducerState } from './producer.ts';

let url: string;
let stopping: AbortController;

beforeEach(async () => {
  ({ url } = await createTestDatabase());
  stopping = new AbortController();
});

afterEach(() => {
  stopping.abort();
  vi.restoreAllMocks();
});

/** A producer that leads or stands by. Its work ends with its signal, or never. */
function startProducer({ ends = true } = {}) {
  const state: ProducerState = { leading: false, feed: new FeedHealth(), faults: new StepFaults() };
  const stops: unknown[] = [];
  const leads = Promise.withResolvers<void>();
  const producer = {
    settings: { DATABASE_URL: url },
    log: createLogger({ service: 'test', level: 'silent', replica: 'test' }),
    stopping: stopping.signal,
    state,
    stop: (error: unknown) => void stops.push(error),
  };
  const work = async (signal: AbortSignal) => {
    leads.resolve();
    if (ends) await once(signal, 'abort');
    else await new Promise(() => {});
  };
  void lead(producer, work, { giveWayMs: 1_000, endOfWorkMs: 2_000 });
  return { state, stops, leads: leads.promise };
}

/** Moves the clock, by which a leader may give way after a minute, without letting timers expire. */
function passAMinute() {
  const now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now + 61_000);
}

test('a leader that is asked to give way releases the lead at once, and the one that stands by leads', async () => {
  const first = startProducer();
  await first.leads;
  const second = startProducer();
  passAMinute();
  first.state.giveWay?.('no poll for 61 s');
  await second.leads;
  expect(first.state).toMatchObject({ leading: false, givesWay: true });
  expect(second.state.leading).toBe(true);
});

test('a leader whose work never ends releases the lead all the same, and the service ends', async () => {
  const first = startProducer({ ends: false });
  await first.leads;
  const second = startProducer();
  passAMinute();
  first.state.giveWay?.('no poll for 61 s');
  await second.leads;
  await vi.waitFor(() => expect(first.stops).toHaveLength(1), { timeout: 20_000 });
  expect(first.stops).toEqual([new Error('the work of a former leader does not end')]);
});

test('a leader that has led for less than a minute does not give way', async () => {
  const first = startProducer();
  await first.leads;
  first.state.giveWay?.('no poll for 61 s');
  expect(first.state).toMatchObject({ leading: true, givesWay: false });
});

test('a leader without a rival that gave way leads again', async () => {
  const only = startProducer();
  await only.leads;
  passAMinute();
  only.state.giveWay?.('no poll for 61 s');
  await vi.waitFor(() => expect(only.state.leading).toBe(false), { timeout: 10_000 });
  await vi.waitFor(() => expect(only.state.leading).toBe(true), { timeout: 20_000 });
  expect(only.state.givesWay).toBe(false);
});
