import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import tls from 'node:tls';
import type { Addresses } from '../simulator.ts';

interface ProductChanges {
  currentChangeNumber: number;
  appChanges: { appid: number; change_number: number; needs_token: boolean }[];
  packageChanges: { packageid: number; change_number: number; needs_token: boolean }[];
}

interface ProductInfo {
  apps: Record<string, { changenumber: number; missingToken: boolean; appinfo: Record<string, unknown> }>;
  packages: Record<
    string,
    { changenumber: number; missingToken: boolean; packageinfo: Record<string, unknown> | null }
  >;
  unknownApps: number[];
  unknownPackages: number[];
}

/** The used part of steam-user, which has no types. */
export interface SteamUser extends EventEmitter {
  steamID: { getSteamID64(): string } | null;
  logOn(details: { anonymous: true }): void;
  logOff(): void;
  getProductChanges(since: number): Promise<ProductChanges>;
  getProductInfo(
    apps: (number | { appid: number; access_token: string })[],
    packages: number[],
  ): Promise<ProductInfo>;
  getProductAccessToken(
    apps: number[],
    packages: number[],
  ): Promise<{ appTokens: Record<string, string>; appDeniedTokens: number[]; packageDeniedTokens: number[] }>;
  getStoreTagNames(
    language: string,
    tagIds: number[],
  ): Promise<{ tags: Record<string, { name: string; englishName: string }> }>;
}

const SteamUserClass: (new (options: object) => SteamUser) & { EConnectionProtocol: { WebSocket: number } } =
  createRequire(import.meta.url)('steam-user');

/**
 * An unmodified steam-user that connects to a simulator: only its list of servers is replaced, and the certificate is
 * trusted as with NODE_EXTRA_CA_CERTS. It reconnects by itself when `autoRelogin` is set.
 */
export function createSteamUser({ cmServer, caFile }: Addresses, { autoRelogin = false } = {}): SteamUser {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), readFileSync(caFile, 'utf8')]);
  const client = new SteamUserClass({
    dataDirectory: null,
    protocol: SteamUserClass.EConnectionProtocol.WebSocket,
    autoRelogin,
  });
  const server = { endpoint: cmServer, type: 'websockets', realm: 'steamglobal', load: 1, wtd_load: 1 };
  const response = { response: { serverlist: { 0: server } } };
  return Object.assign(client, { _apiRequest: () => Promise.resolve(response) });
}

/** Creates a steam-user and logs it on. */
export async function logOnSteamUser(addresses: Addresses): Promise<SteamUser> {
  const client = createSteamUser(addresses);
  client.logOn({ anonymous: true });
  await once(client, 'loggedOn');
  return client;
}

/** Logs off and waits for the confirmation. */
export async function logOffSteamUser(client: SteamUser): Promise<void> {
  const disconnected = once(client, 'disconnected');
  client.logOff();
  await disconnected;
}
