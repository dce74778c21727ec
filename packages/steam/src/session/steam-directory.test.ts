import { expect, test } from 'vitest';
import { readServerList } from './steam-directory.ts';

function server(endpoint: string, load: string, more: object = {}) {
  return { endpoint, type: 'websockets', realm: 'steamglobal', wtd_load: load, ...more };
}

function directory(...servers: unknown[]) {
  return { response: { serverlist: Object.fromEntries(servers.entries()) } };
}

test('lists the least loaded servers first, and no more than five', () => {
  const loads = ['70.5', '9.25', '30', '20', '50', '60'];
  const response = directory(...loads.map((load) => server(`cm-${load}.example.net:443`, load)));
  expect(readServerList(response)).toEqual(
    ['9.25', '20', '30', '50', '60'].map((load) => `cm-${load}.example.net:443`),
  );
});

test('leaves out what is not a WebSocket server of the public realm', () => {
  const response = directory(
    server('tcp.example.net:27017', '1', { type: 'netfilter' }),
    server('china.example.net:443', '1', { realm: 'steamchina' }),
    server('evil.example.net/path?:443', '1'),
    'nonsense',
    server('good.example.net:443', '2'),
  );
  expect(readServerList(response)).toEqual(['good.example.net:443']);
});

test.each([undefined, 'text', {}, { response: null }, { response: { serverlist: 'none' } }])(
  'finds no servers in %j',
  (response) => expect(readServerList(response)).toEqual([]),
);
