// oxlint-disable no-underscore-dangle -- steam-user has no public way to choose the server
import { type EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import type { AppRecord } from '@pics/core';
import type { KeyValuesObject } from 'kvparser';
import { makeRecord } from '../../packages/appinfo/src/extract/extract-app.ts';
import { pickAppInfo } from './pick-app-info.ts';

/** steam-user, unchanged. */
interface SteamUser extends EventEmitter {
  logOn(details: { anonymous: true }): void;
  /** Waits for an hour when an id is requested twice or missing from the response. */
  getProductInfo(
    apps: number[],
    packages: number[],
    inclTokens: boolean,
  ): Promise<{ apps: Record<string, SteamUserApp>; unknownApps: number[] }>;
  /** Calls Steam's Web API, here only for the list of servers. */
  _apiRequest: () => Promise<{ response: { serverlist: Record<string, CmEntry> } }>;
}

interface SteamUserApp {
  changenumber: number;
  missingToken: boolean;
  /** The tree that kvparser returns. */
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

// Not imported: the declared types of that module cover only what packages/steam uses.
const SteamUserClient = createRequire(import.meta.url)('steam-user') as SteamUserModule;

/** Returns the records of these apps. */
export type FetchRecords = (appids: readonly number[]) => Promise<AppRecord[]>;

/**
 * Logs on to this server (host:port) with steam-user alone: its own WebSocket, its own decoding, kvparser. Fetching is
 * getProductInfo and this project's extraction.
 */
export async function connectSteamUser(cmServer: string): Promise<FetchRecords> {
  const steam = new SteamUserClient({
    dataDirectory: null,
    enablePicsCache: false,
    protocol: SteamUserClient.EConnectionProtocol.WebSocket,
  });
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
