// oxlint-disable no-underscore-dangle -- steam-user has no other way to be led to a server of one's own
import { type EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import type { AppRecord } from '@pics/core';
import type { KeyValuesObject } from 'kvparser';
import { makeRecord } from '../../packages/appinfo/src/extract/make-record.ts';
import { pickAppInfo } from './pick-app-info.ts';

/** steam-user as others use it, unchanged. */
interface SteamUser extends EventEmitter {
  readonly steamID: { getSteamID64(): string };
  logOn(details: { anonymous: true }): void;
  /** Resolves when each id was answered; an id that was asked for twice, or is left out, makes it wait for an hour. */
  getProductInfo(
    apps: number[],
    packages: number[],
    inclTokens: boolean,
  ): Promise<{ apps: Record<string, SteamUserApp>; unknownApps: number[] }>;
  /** Asks Steam's Web API, here only for the list of servers. */
  _apiRequest: () => Promise<{ response: { serverlist: Record<string, CmEntry> } }>;
  /** Chooses a server, connects and sends the logon. */
  _doConnection: () => Promise<void>;
  _connection: Connection;
  readonly _sessionID: number;
  _sendLogOn(): Promise<void>;
  _handleNetMessage(message: Buffer, connection: Connection): void;
}

interface Connection {
  connectionType: string;
  connectionId: number;
  send: (message: Buffer) => void;
  end: () => void;
}

interface SteamUserApp {
  changenumber: number;
  missingToken: boolean;
  /** As kvparser reads it. */
  appinfo: KeyValuesObject;
}

interface CmEntry {
  endpoint: string;
  type: 'websockets';
  realm: 'steamglobal';
  load: string;
  wtd_load: string;
}

interface SteamUserModule {
  new (options: { dataDirectory: null; enablePicsCache: false; protocol: number }): SteamUser;
  EConnectionProtocol: { WebSocket: number };
}

// Not by import: that name has the types of what packages/steam uses of it.
const SteamUserClient = createRequire(import.meta.url)('steam-user') as SteamUserModule;

/** A client that is not logged on. */
export function createSteamUser(): SteamUser {
  return new SteamUserClient({
    dataDirectory: null,
    enablePicsCache: false,
    protocol: SteamUserClient.EConnectionProtocol.WebSocket,
  });
}

/** Records of these apps, by steam-user's own getProductInfo. */
export type FetchRecords = (appids: readonly number[]) => Promise<AppRecord[]>;

/**
 * A session as one gets it with steam-user alone: its own WebSocket, its own decoding, kvparser. Resolves when it is logged
 * on to this server (host:port).
 */
export async function connectSteamUser(cmServer: string): Promise<FetchRecords> {
  const steam = createSteamUser();
  const server: CmEntry = {
    endpoint: cmServer,
    type: 'websockets',
    realm: 'steamglobal',
    load: '1',
    wtd_load: '1',
  };
  steam._apiRequest = async () => ({ response: { serverlist: { 0: server } } });
  steam.logOn({ anonymous: true });
  await once(steam, 'loggedOn');
  return async (appids) => {
    const { apps } = await steam.getProductInfo([...appids], [], false);
    return Object.entries(apps).map(([appid, { changenumber: changeNumber, missingToken, appinfo }]) =>
      makeRecord({ appid: Number(appid), changeNumber, missingToken }, pickAppInfo(appinfo)),
    );
  };
}
