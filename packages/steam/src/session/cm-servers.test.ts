import { expect, test } from 'vitest';
import { CmServers } from './cm-servers.ts';

const first = () => 0;

test('leaves a server that failed until all the others have failed too', async () => {
  const servers = new CmServers(async () => ['a:1', 'b:1', 'c:1'], first);
  const chosen: string[] = [];
  for (let i = 0; i < 5; i++) {
    const server = await servers.choose();
    chosen.push(server);
    servers.fail(server);
  }
  expect(chosen).toEqual(['a:1', 'b:1', 'c:1', 'a:1', 'b:1']);
});

test('does not go straight back to the server that failed last', async () => {
  const servers = new CmServers(async () => ['a:1', 'b:1'], first);
  await servers.choose();
  servers.fail('b:1');
  servers.fail('a:1');
  expect(await servers.choose()).toBe('b:1');
});

test('stays with the only server there is', async () => {
  const servers = new CmServers(async () => ['a:1'], first);
  servers.fail(await servers.choose());
  expect(await servers.choose()).toBe('a:1');
});

test('requests the list again only when every server in it has failed', async () => {
  const lists = [['a:1', 'b:1'], ['c:1']];
  const servers = new CmServers(async () => lists.shift() ?? [], first);
  servers.fail(await servers.choose());
  servers.fail(await servers.choose());
  expect(lists).toHaveLength(1);
  expect(await servers.choose()).toBe('c:1');
});

test('uses the old list when the directory cannot be read any more', async () => {
  let readable = true;
  const list = () => (readable ? Promise.resolve(['a:1']) : Promise.reject(new Error('away')));
  const servers = new CmServers(list, first);
  servers.fail(await servers.choose());
  readable = false;
  expect(await servers.choose()).toBe('a:1');
});

test('says so when there is no server at all', async () => {
  await expect(new CmServers(async () => [], first).choose()).rejects.toThrow('no Steam server');
  await expect(new CmServers(() => Promise.reject(new Error('away')), first).choose()).rejects.toThrow(
    'away',
  );
});
