import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import SteamUser from 'steam-user';
import { expect, test } from 'vitest';

/**
 * Every internal of steam-user that this package relies on, in which way, and the fingerprint of its source. When a new
 * version of steam-user changes one, it fails here by name: read its source, adapt, and update the fingerprint.
 */
const INTERNALS: Record<string, { fingerprint: string; relied: string }> = {
  logOn: {
    fingerprint: 'ed0b28e221d2',
    relied: 'calls _doConnection once, after building the logon message',
  },
  _doConnection: {
    fingerprint: '97d0b11eac49',
    relied: 'overridden: only chooses a server and sets _connection',
  },
  _sendLogOn: { fingerprint: 'decb9559b8e4', relied: 'sends the logon and arms _logonMsgTimeout' },
  _enqueueLogonAttempt: { fingerprint: 'ae138f082ecd', relied: 'overridden: only schedules another logon' },
  _handleLogOnResponse: {
    fingerprint: '8ffdaaf14ff4',
    relied: 'overridden: loggedOn, error or another attempt',
  },
  _handleLogOff: { fingerprint: '4d3a5e93c763', relied: 'emits error and stops without autoRelogin' },
  _steamGuardPrompt: { fingerprint: '09f3b569d4af', relied: 'does not read stdin when there is a listener' },
  _disconnect: { fingerprint: 'd7fd90183b41', relied: 'ends _connection and the session, and emits nothing' },
  _cleanupClosedConnection: {
    fingerprint: 'f53cb7e4207e',
    relied: 'stops the heartbeat and all reconnecting',
  },
  _handleNetMessage: { fingerprint: 'ac124f010e97', relied: 'handles a message, and only of _connection' },
  _handleMessage: { fingerprint: '469bc7dbf657', relied: 'calls a job back by jobid_target' },
  _send: { fingerprint: 'c1186aa5fc5d', relied: 'encodes, keeps jobid_source, writes to _connection.send' },
  _sendUnified: {
    fingerprint: '4bf9c1744d20',
    relied: 'calls a service method, and the callback with the decoded response',
  },
  _apiRequest: { fingerprint: 'e1f246f9dad1', relied: 'reads ISteamDirectory, with a timeout' },
};

/** Fields, and the method whose (fingerprinted) source sets or reads them. */
const FIELDS: Record<string, string> = { _connection: '_send', _logonMsgTimeout: '_sendLogOn' };

function sourceOf(member: string): string {
  const method: unknown = Reflect.get(SteamUser.prototype, member);
  return typeof method === 'function' ? method.toString().replaceAll(/\s+/g, ' ') : 'missing';
}

test.each(Object.entries(INTERNALS))('steam-user still has %s as it was reviewed', (member, expected) => {
  const fingerprint = hash('sha1', sourceOf(member)).slice(0, 12);
  expect(fingerprint, `steam-user changed ${member}, relied on: ${expected.relied}`).toBe(
    expected.fingerprint,
  );
});

test.each(Object.entries(FIELDS))('steam-user still keeps %s', (field, method) => {
  expect(sourceOf(method), `steam-user's ${method} no longer knows ${field}`).toContain(`this.${field}`);
});

test('every internal that is declared is checked', () => {
  const declarations = readFileSync(new URL('./steam-user.d.ts', import.meta.url), 'utf8');
  const declared = [...declarations.matchAll(/protected (\w+)/g)].map(([, member]) => member);
  expect(declared).not.toEqual([]);
  expect({ ...INTERNALS, ...FIELDS }).toMatchObject(
    Object.fromEntries(declared.map((member) => [member, expect.anything()])),
  );
});
