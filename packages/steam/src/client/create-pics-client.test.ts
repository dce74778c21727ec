import { expect, test } from 'vitest';
import { SteamRefused, SteamUnavailable } from '@pics/core';
import { startSession } from '../testing/start-client.ts';

test('returns the changes since a number, with everything that Steam says about them', async () => {
  const { client, cm } = await startSession();
  const changes = client.getChangesSince(100);
  const request = await cm.next('changes');
  expect(request.body).toEqual({
    since_change_number: 100,
    send_app_info_changes: true,
    send_package_info_changes: true,
  });
  request.send(
    request.changes({
      since_change_number: 100,
      current_change_number: 105,
      app_changes: [{ appid: 440, change_number: 103, needs_token: true }],
      package_changes: [{ packageid: 17906, change_number: 105 }],
    }),
  );
  expect(await changes).toEqual({
    since: 100,
    current: 105,
    apps: [{ id: 440, changeNumber: 103, needsToken: true }],
    packages: [{ id: 17906, changeNumber: 105, needsToken: false }],
    forceFullUpdate: false,
    forceFullAppUpdate: false,
    forceFullPackageUpdate: false,
  });
});

test.each([
  ['force_full_update', 'forceFullUpdate'],
  ['force_full_app_update', 'forceFullAppUpdate'],
  ['force_full_package_update', 'forceFullPackageUpdate'],
])('passes %s on', async (onWire, flag) => {
  const { client, cm } = await startSession();
  const changes = client.getChangesSince(1);
  const request = await cm.next('changes');
  request.send(request.changes({ current_change_number: 9, [onWire]: true }));
  const flags = { forceFullUpdate: false, forceFullAppUpdate: false, forceFullPackageUpdate: false };
  expect(await changes).toMatchObject({ ...flags, [flag]: true, apps: [], packages: [] });
});

test('returns no changes rather than half of them', async () => {
  const { client, cm } = await startSession();
  const changes = client.getChangesSince(1);
  const request = await cm.next('changes');
  const response = { current_change_number: 9, app_changes: [{ appid: 1, change_number: 2 }] };
  request.send(request.changes(response).subarray(0, -1));
  await expect(changes).rejects.toThrow('bytes expected');
});

test('does not return a refusal or an empty response as changes', async () => {
  const { client, cm } = await startSession();
  const throttled = client.getChangesSince(1);
  const first = await cm.next('changes');
  first.send(first.changes({}, { eresult: 84 }));
  await expect(throttled).rejects.toThrow(new SteamRefused('no changes: Steam throttles requests'));
  const empty = client.getChangesSince(1);
  const second = await cm.next('changes');
  second.send(second.changes({}));
  await expect(empty).rejects.toThrow('changes without a current change number');
});

test('throws SteamUnavailable when changes or names do not arrive in time', async () => {
  const { client, cm, clock } = await startSession({ requestTimeoutMs: 1_000 });
  const changes = client.getChangesSince(1);
  const names = client.getTagNames([19]);
  await cm.next('changes');
  const request = await cm.next('tagNames');
  clock.advance(1_000);
  const late = 'Steam did not respond in time';
  await Promise.all([
    expect(changes).rejects.toThrow(new SteamUnavailable(`no changes: ${late}`)),
    expect(names).rejects.toThrow(new SteamUnavailable(`no tag names: ${late}`)),
  ]);

  request.send(request.tagNames({ tags: [{ tagid: 19, name: 'Action' }] }));
  const again = client.getTagNames([19]);
  const second = await cm.next('tagNames');
  second.send(second.tagNames({ tags: [{ tagid: 19, name: 'Action!' }] }));
  expect(await again).toEqual(new Map([[19, 'Action!']]));
});

test('returns the English names of tags, and leaves out those without one', async () => {
  const { client, cm } = await startSession();
  const names = client.getTagNames([19, 21, 99, 19]);
  const request = await cm.next('tagNames');
  expect(request.body).toEqual({ language: 'english', tagids: [19, 21, 99] });
  const tags = [
    { tagid: 19, name: 'Action', english_name: 'Action' },
    { tagid: 21, english_name: 'Adventure' },
  ];
  request.send(request.tagNames({ tags: [...tags, { tagid: 99 }] }));
  expect(await names).toEqual(
    new Map([
      [19, 'Action'],
      [21, 'Adventure'],
    ]),
  );
});

test('accepts a response without names, and sends no request for an empty list', async () => {
  const { client, cm } = await startSession();
  const names = client.getTagNames([99]);
  const request = await cm.next('tagNames');
  request.send(request.tagNames({}));
  expect(await names).toEqual(new Map());
  expect(await client.getTagNames([])).toEqual(new Map());
  expect(cm.unread('tagNames')).toBe(0);
});

test('throws SteamUnavailable when Steam refuses to name tags', async () => {
  const { client, cm } = await startSession();
  const names = client.getTagNames([19]);
  const request = await cm.next('tagNames');
  request.send(request.tagNames({}, 2));
  await expect(names).rejects.toThrow(new SteamUnavailable('no tag names: Steam refused the request'));
});

test('ends a request for names when the connection is lost', async () => {
  const { client, cm } = await startSession();
  const names = client.getTagNames([19]);
  (await cm.next('tagNames')).drop();
  await expect(names).rejects.toThrow('the session ended before the response');
});

test('remembers when Steam last responded', async () => {
  const { client, cm, clock } = await startSession();
  expect(client.status.lastResponseAt).toBeUndefined();
  clock.advance(5_000);
  const changes = client.getChangesSince(1);
  const request = await cm.next('changes');
  request.send(request.changes({ current_change_number: 9 }));
  await changes;
  expect(client.status.lastResponseAt).toEqual(new Date(clock.now()));
});

test.each([84, 10, 20, 2])('does not count a refusal as a response (EResult %s)', async (eresult) => {
  const { client, cm } = await startSession();
  const [changes, metadata, names] = [
    client.getChangesSince(1),
    client.getProductMetadata([1]),
    client.getTagNames([19]),
  ];
  const settled = Promise.allSettled([changes, metadata, names]);
  const asked = { changes: await cm.next('changes'), metadata: await cm.next('productInfo') };
  asked.changes.send(asked.changes.changes({}, { eresult }));
  asked.metadata.send(asked.metadata.productInfo({}, { eresult }));
  const tags = await cm.next('tagNames');
  tags.send(tags.tagNames({}, eresult));
  await settled;
  expect(client.status.lastResponseAt).toBeUndefined();
});
