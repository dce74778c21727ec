import { beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  bodyOf,
  finishFirstFill,
  send,
} from '../../../../packages/database/src/write/history/testing/send.ts';
import { startTestBoard } from '../../../../test/support/board.ts';

const board = await startTestBoard();
const { database } = board;

const write = (appid: number, changeNumber: number, common: Record<string, string>) =>
  send(database, [{ appid, changeNumber, body: bodyOf(appid, { common }) }]);

beforeAll(async () => {
  await finishFirstFill(database);
  await write(10, 1, { name: 'Ten', type: 'game' });
});

/** An open page: `shown` waits until the list on it has this text, and returns the list. */
async function openPage(query: string) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${board.url}/api/events/live${query}`, { signal: leaving.signal });
  const chunks = response.body?.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let received = '';
  const shown = async (text: string) => {
    for (;;) {
      const parts = [...received.matchAll(/^event: parts\ndata: (.*)\n\n/gm)].at(-1)?.[1] ?? '{}';
      const { latest = '' } = JSON.parse(parts) as { latest?: string };
      if (latest.includes(text)) return latest;
      const chunk = await chunks?.next();
      if (!chunk || chunk.done) throw new Error(`the stream ended before it had ${text}`);
      received += chunk.value;
    }
  };
  return { response, shown };
}

const namesIn = (list: string) => [...list.matchAll(/<a href="apps\/\d+">([^<]+)</g)].map(([, name]) => name);

test('an open page receives the latest changes, and then each one as it is written', async () => {
  const { response, shown } = await openPage('');
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  await shown('apps/10?change=1#');
  await write(20, 2, { name: 'Twenty', type: 'game' });
  await write(30, 3, { name: 'Thirty', type: 'game' });
  expect(namesIn(await shown('apps/30?change=3#'))).toEqual(['Thirty', 'Twenty', 'Ten']);
});

test('a filtered page receives only the changes that match', async () => {
  const names = await openPage('?type=app.changed&field=name');
  await names.shown('No recorded change matches.');
  await write(10, 4, { name: 'Ten', type: 'dlc' });
  await write(10, 5, { name: 'X', type: 'dlc' });
  await write(10, 6, { name: 'XI', type: 'dlc' });
  const list = await names.shown('X → XI');
  expect(list.match(/<li /g)).toHaveLength(2);
  expect(list).not.toContain('game → dlc');
});

test('after many changes, a page receives the newest and a link to the others', async () => {
  const { shown } = await openPage('?field=type');
  for (let number = 100; number < 160; number++) await write(40, number, { name: 'F', type: `t${number}` });
  const list = await shown('t158 → t159');
  expect(list.match(/<li /g)).toHaveLength(50);
  expect(list).toMatch(/href="changes\?field=type&amp;before=\d+%3A\d+" rel="next"/);
});
