import { gzipSync } from 'node:zlib';
import schema from 'steam-user/protobufs/generated/_load.js';
import { expect, onTestFinished, test } from 'vitest';
import { MAX_RESPONSE_BYTES, ResponseCollector } from '../requests/response-collector.ts';
import { appOnWire } from '../testing/app-on-wire.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { multi, ScriptedCm, type CmRequest } from '../testing/scripted-cm.ts';
import { startSession } from '../testing/start-client.ts';
import { TrafficBudget } from './traffic-budget.ts';

const MIB = 1024 * 1024;

/** A product info response to no request, in the fewest bytes: type, header length, no header, no body. */
const SMALLEST_RESPONSE = Buffer.from('c822008000000000', 'hex');

/** A gzipped Multi with `count` copies of one message. */
function multiOf(logOn: CmRequest, message: Buffer, count: number): Buffer {
  const one = Buffer.alloc(4 + message.length);
  one.writeUInt32LE(message.length);
  message.copy(one, 4);
  const payload = Buffer.alloc(one.length * count, one);
  const body = { size_unzipped: payload.length, message_body: gzipSync(payload, { level: 9 }) };
  return logOn.message(1, schema.CMsgMulti.encode(body).finish());
}

const MALFORMED: [string, (request: CmRequest) => Buffer][] = [
  ['an empty message', () => Buffer.alloc(0)],
  ['a header beyond the end', () => Buffer.from('c8220080ff000000', 'hex')],
  [
    'a header of a megabyte',
    () => Buffer.concat([Buffer.from('c822008000001000', 'hex'), Buffer.alloc(MIB)]),
  ],
  ['a Multi that is cut off', (request) => request.message(1, Buffer.from([0x12, 0x7f]))],
  [
    'a Multi in a Multi in a Multi',
    (request) => {
      const inner = multi([request.changes({ current_change_number: 9 })], { gzip: true });
      return [1, 2, 3].reduce((message) => multi([message], { gzip: true }), inner);
    },
  ],
  [
    'a Multi that is larger than it says',
    (request) => {
      const body = { size_unzipped: 10, message_body: gzipSync(Buffer.alloc(MIB)) };
      return request.message(1, schema.CMsgMulti.encode(body).finish());
    },
  ],
  ['a second logon response', (request) => request.logOnResponse(1)],
  ['a large message for the decoder', (request) => request.message(757, Buffer.alloc(MIB))],
  ['a body that is cut off', (request) => request.changes({ current_change_number: 300 }).subarray(0, -1)],
];

test.each(MALFORMED)('ends the session at %s, and continues on another server', async (_name, make) => {
  const bad = await ScriptedCm.start();
  onTestFinished(() => bad.stop());
  const good = await ScriptedCm.start();
  onTestFinished(() => good.stop());
  const servers = { cmServers: [bad.address, good.address], tls: { ca: bad.ca }, random: () => 0 };
  const { client, clock, log } = await startSession(servers);
  const changes = client.getChangesSince(1);
  const request = await bad.next('changes');
  request.send(make(request));
  await expect(changes).rejects.toBeInstanceOf(Error);
  const { reason } = await log.next('no session with Steam');
  expect(reason).toContain(`(${bad.address})`);
  clock.advance(0);
  await log.next('logged on to Steam');
  await good.next('logOn');
});

test('handles ten thousand of a million messages in 25 kB, and ends the session', async () => {
  const { cm, log } = await startSession();
  const logOn = await cm.next('logOn');
  const attack = multiOf(logOn, SMALLEST_RESPONSE, 1_000_000);
  expect(attack.length).toBeLessThan(25_000);
  logOn.send(attack);
  const { reason } = await log.next('no session with Steam');
  expect(reason).toContain('more than 10000 messages in a second');
  // One of them is the Multi, one the logon response.
  expect(log.unread('a response to no pending request')).toBe(10_000 - 2);
});

test('unzips no more than 128 MB a second, however little the server sends', async () => {
  const { cm, log } = await startSession();
  const logOn = await cm.next('logOn');
  const junk = Buffer.concat([Buffer.from('c822008000000000', 'hex'), Buffer.alloc(50 * MIB)]);
  const attack = multiOf(logOn, junk, 1);
  expect(attack.length).toBeLessThan(MIB / 8);
  logOn.send(attack, attack, attack, attack);
  const { reason } = await log.next('no session with Steam');
  expect(reason).toContain(`more than ${128 * MIB} bytes in a second`);
  expect(log.unread('a response to no pending request')).toBe(2);
});

test('allows each second its messages and bytes', () => {
  const clock = new ManualClock();
  const budget = new TrafficBudget(clock);
  for (let second = 0; second < 3; second++) {
    for (let i = 0; i < 10_000; i++) budget.spendMessage();
    budget.spendBytes(128 * MIB);
    clock.advance(1_000);
  }
  budget.spendBytes(128 * MIB);
  clock.advance(999);
  expect(() => budget.spendBytes(1)).toThrow('bytes in a second');
});

test('drops millions of ids that nobody requested, and keeps the responses before them', async () => {
  const { client, cm, log } = await startSession();
  const info = client.getProductInfo([1, 2, 3]);
  const request = await cm.next('productInfo');
  const packed = Buffer.concat([Buffer.from([0x12, 0x80, 0x80, 0x80, 0x10]), Buffer.alloc(32 * MIB, 3)]);
  request.send(
    request.productInfo({ apps: [appOnWire(1)], response_pending: true }),
    request.message(8904, packed),
  );
  const { apps, unknown, unanswered } = await info;
  expect(apps.map(({ appid }) => appid)).toEqual([1]);
  expect({ unknown, unanswered }).toEqual({ unknown: [3], unanswered: [{ appid: 2, reason: 'corrupt' }] });
  expect((await log.next('no session with Steam'))['reason']).toContain('more ids than');
});

test('takes no more parts of one response than it can need', async () => {
  const { client, cm, log } = await startSession();
  const info = client.getProductInfo([1, 2]);
  const request = await cm.next('productInfo');
  const empty = request.productInfo({ response_pending: true });
  request.send(...Array.from({ length: 110 }, () => empty));
  const { parts, unanswered } = await info;
  expect(parts).toBe(103);
  expect(unanswered).toEqual([1, 2].map((appid) => ({ appid, reason: 'corrupt' })));
  expect((await log.next('no session with Steam'))['reason']).toContain('more than 102 parts');
});

test('keeps no more in memory than 128 MB for one response, though a small part can keep a large Multi', () => {
  const collector = new ResponseCollector([1], () => 'corrupt');
  const part = schema.CMsgClientPICSProductInfoResponse.encode({ response_pending: true }).finish();
  const partOf = (bytes: number) => {
    const whole = Buffer.alloc(bytes);
    whole.set(part);
    return whole.subarray(0, part.length);
  };
  expect(collector.addPart(partOf(64 * MIB))).toBe(false);
  expect(collector.addPart(partOf(63 * MIB))).toBe(false);
  expect(() => collector.addPart(partOf(2 * MIB))).toThrow(`more than ${MAX_RESPONSE_BYTES} bytes`);
});

test('pauses longer after each session that a server ended with garbage, though it had responded', async () => {
  const { client, cm, clock, log } = await startSession({ random: () => 0.5 });
  const pauses: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const changes = client.getChangesSince(1);
    const request = await cm.next('changes');
    request.send(request.changes({ current_change_number: 9 }), Buffer.alloc(0));
    await changes;
    pauses.push((await log.next('no session with Steam'))['pauseMs']);
    clock.advance(60_000);
    await log.next('logged on to Steam');
  }
  expect(pauses).toEqual([500, 1_000, 2_000]);
});

test('ignores messages that an anonymous session has no use for, and refusals of requests that it never made', async () => {
  const { client, cm, log } = await startSession();
  const logOn = await cm.next('logOn');
  logOn.send(
    Buffer.from('1805000024', 'hex'),
    logOn.message(780, Buffer.from('nonsense')),
    logOn.message(767, Buffer.from('nonsense')),
    logOn.jobFailed(),
  );
  const changes = client.getChangesSince(1);
  const request = await cm.next('changes');
  request.send(request.changes({ current_change_number: 9 }));
  expect(await changes).toMatchObject({ current: 9 });
  expect(client.status.loggedOn).toBe(true);
  expect(log.unread('Steam refused a request')).toBe(0);
});
