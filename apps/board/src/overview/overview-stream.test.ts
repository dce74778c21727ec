import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { markWanted } from '@pics/database';
import { startTestBoard } from '../../../../test/support/board.ts';
import type { Parts, Plots } from './live-message.ts';
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
