/**
 * What this package uses of steam-user 5.3.0, which ships no types. Public members first; then, as `protected`, the
 * internals, which steam-user-internals.test.ts checks.
 */
declare module 'steam-user' {
  import { EventEmitter } from 'node:events';

  interface CmConnection {
    /** Names the connection in steam-user's debug output. */
    readonly connectionType: string;
    readonly connectionId: number;
    send(message: Buffer): void;
    end(andIgnore?: boolean): void;
  }

  interface MessageHeader {
    msg: number;
    proto?: { jobid_source?: number; eresult?: number };
  }

  export default class SteamUser extends EventEmitter {
    /** Both ways: the code of a name, the name of a code. */
    static readonly EResult: Readonly<Record<string, number> & Record<number, string>>;

    constructor(options: { dataDirectory: null; autoRelogin: boolean });

    /** Null while logged off. */
    readonly steamID: { readonly accountid: number } | null;
    logOn(details: { anonymous: true }): void;

    protected _connection: CmConnection | null | undefined;
    protected _logonMsgTimeout: NodeJS.Timeout | undefined;
    protected _doConnection(): Promise<void>;
    protected _sendLogOn(): Promise<void>;
    protected _enqueueLogonAttempt(): void;
    protected _handleLogOnResponse(body: { eresult: number; heartbeat_seconds: number }): Promise<void>;
    protected _handleNetMessage(message: Buffer, connection: CmConnection): void;
    protected _disconnect(suppressLogoff: boolean): void;
    protected _send(header: MessageHeader, body: object): void;
    protected _sendUnified(
      method: string,
      body: object,
      callback: (body: Record<string, unknown>, header: MessageHeader) => void,
    ): void;
    protected _apiRequest(
      httpMethod: 'GET',
      iface: string,
      method: string,
      version: number,
      query: Record<string, string>,
      cacheSeconds: number,
    ): Promise<unknown>;
  }
}
