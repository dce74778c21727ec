import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGunzip } from 'node:zlib';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { markWanted } from '@pics/database';
import { startTestBoard } from '../../../../test/support/board.ts';
import type { Parts, Plots } from '../live/live-message.ts';
import { OverviewStream } from './overview-stream.ts';

const board = await startTestBoard();

/** An open page that receives events. */
async function openPage() {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${board.url}/api/events`, { signal: leaving.signal });
  const lines = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = '';
  /** Waits for the next event of this name whose payload fits. */
  const next = async <Payload>(
    name: string,
    fits: (payload: Payload) => boolean = () => true,
  ): Promise<Payload> => {
    for (;;) {
      const event = /^event: (\w+)\ndata: (.*)\n\n/m.exec(text);
      if (event) {
        text = text.slice(event.index + event[0].length);
        const payload = JSON.parse(event[2] ?? '') as Payload;
        if (event[1] === name && fits(payload)) return payload;
        continue;
      }
      const chunk = await lines?.next();
      if (!chunk || chunk.done) throw new Error(`the stream ended before an event ${name}`);
      text += chunk.value;
    }
  };
  return { response, next, leave: () => leaving.abort() };
}

/** Reads the events of a stream, as a browser with these headers would, until they are complete. */
async function readEvents(
  stream: OverviewStream,
  headers: Record<string, string>,
  isComplete: (text: string) => boolean,
) {
  const server = createServer(express().get('/', stream.handler)).listen(0);
  onTestFinished(() => void server.close());
  const request = get({ port: (server.address() as AddressInfo).port, headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let bytes = 0;
  let text = '';
  response.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const isCompressed = response.headers['content-encoding'] === 'gzip';
  for await (const chunk of isCompressed ? response.pipe(createGunzip()) : response) {
    text += String(chunk);
    if (isComplete(text)) break;
  }
  return { text, bytes, headers: response.headers, leave: () => void request.destroy() };
}

test('a page receives every part and the charts when it connects, and then only what changed', async () => {
  const page = await openPage();
  expect(page.response.headers.get('content-type')).toBe('text/event-stream');
  expect(page.response.headers.get('x-accel-buffering')).toBe('no');
  const parts = await page.next<Parts>('parts');
  expect(Object.keys(parts)).toEqual([
    'health',
    'counts',
    'fleet',
    'failures',
    'services',
    'changes',
    'scans',
  ]);
  const plots = await page.next<Plots>('plots');
  expect(plots.hour.at.length).toBeGreaterThan(57);
  expect(plots.fetchRate).toBeNull();

  await markWanted(board.database, { appids: [440, 570] });
  const changed = await page.next<Parts>('parts');
  expect(changed['counts']).toContain('Wanted</dt><dd class="value">2');
  expect(changed).not.toHaveProperty('failures');
});

test('a page that connects while others are open receives every part', async () => {
  const first = await openPage();
  await first.next<Parts>('parts');
  const second = await openPage();
  expect(Object.keys(await second.next<Parts>('parts'))).toHaveLength(7);
});

test('an update in which only time has passed contains no part, and says when the overview was read', async () => {
  const startedAt = Date.now();
  const stream = new OverviewStream({
    read: async () => ({ at: new Date(), ledger: undefined, fleet: undefined, problems: [] }),
    render: ({ at }) => ({
      health: `<p><time datetime="2026">${at.getTime() - startedAt} ms ago</time>, good</p>`,
    }),
    stopping: AbortSignal.timeout(20_000),
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  const { text, leave } = await readEvents(stream, { 'accept-encoding': 'identity' }, (received) =>
    /(event: at[^]*){3}/.test(received),
  );
  leave();
  expect(text.match(/event: parts\ndata: .*/g)).toEqual([
    'event: parts\ndata: {"health":"<p><time datetime=\\"2026\\"></time>, good</p>"}',
  ]);
  const times = [...text.matchAll(/event: at\ndata: (\d+)/g)].map(([, at]) => Number(at));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(startedAt);
});

test.for([
  ['gzip, deflate, br, zstd', 'gzip', 100, 2_000],
  ['identity', undefined, 40_000, 50_000],
] as const)(
  'events arrive at once, compressed where the browser accepts that (%s)',
  async ([encodings, encoding, atLeast, atMost]) => {
    let count = 0;
    const stream = new OverviewStream({
      read: async () => ({ at: new Date(), ledger: undefined, fleet: undefined, problems: [] }),
      render: () => ({ health: `${'the same text '.repeat(1_000)}${(count += 1)}` }),
      stopping: AbortSignal.timeout(20_000),
      log: { info: () => {}, warn: () => {}, error: () => {} },
    });
    const { headers, bytes, leave } = await readEvents(stream, { 'accept-encoding': encodings }, (text) =>
      text.includes('the same text 3'),
    );
    leave();
    expect(headers['content-encoding']).toBe(encoding);
    expect(bytes).toBeGreaterThan(atLeast);
    expect(bytes).toBeLessThan(atMost);
    await expect.poll(() => stream.viewers, { timeout: 10_000 }).toBe(0);
  },
);

test('pages are disconnected and the error logged when rendering fails, and the next page is served again', async () => {
  let broken = true;
  const errors: object[] = [];
  const stream = new OverviewStream({
    read: async () => ({ at: new Date(), ledger: undefined, fleet: undefined, problems: [] }),
    render: () => {
      if (broken) throw new Error('rendering failed');
      return { health: 'good' };
    },
    stopping: AbortSignal.timeout(20_000),
    log: { info: () => {}, warn: () => {}, error: (fields) => void errors.push(fields) },
  });
  const server = createServer(express().get('/api/events', stream.handler)).listen(0);
  onTestFinished(() => void server.close());
  const url = `http://localhost:${(server.address() as AddressInfo).port}/api/events`;
  await expect(fetch(url).then((response) => response.text())).rejects.toThrow('terminated');
  expect(errors).toMatchObject([{ err: { message: 'rendering failed' } }]);

  broken = false;
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let text = '';
  while (!text.includes('{"health":"good"}')) text += (await reader?.next())?.value ?? '';
  leaving.abort();
  await expect.poll(() => stream.viewers).toBe(0);
});
