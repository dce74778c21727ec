import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { EMsg } from '../protocol/steam-enums.ts';
import { decodeEnvelope, encodeEnvelope, type Envelope } from '../protocol/envelope.ts';
import { messages, type AppInfo, type Header, type ProductInfoResponse } from '../protocol/messages.ts';
import type { Addresses } from '../simulator.ts';

const ANONYMOUS = String((1n << 56n) | (10n << 52n));

/** How a connection ended. */
export interface Closing {
  code: number;
  reason: string;
}

/** A bare client of the CM protocol that can violate it. */
export class WireClient {
  readonly socket: WebSocket;
  /** Every received message in order. */
  readonly received: Envelope[] = [];
  readonly closed: Promise<Closing>;
  identity: Header = { steamid: ANONYMOUS, client_sessionid: 0 };
  #lastJob = 0;
  #waiting: (() => void)[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('error', () => {});
    socket.on('message', (message: Buffer) => {
      this.received.push(decodeEnvelope(message));
      for (const resume of this.#waiting.splice(0)) resume();
    });
  }

  /** @throws Error when the server does not accept the connection. */
  static async connect({ cmServer, caFile }: Addresses, path = '/cmsocket/'): Promise<WireClient> {
    const socket = new WebSocket(`wss://${cmServer}${path}`, { ca: readFileSync(caFile) });
    const client = new WireClient(socket);
    await once(socket, 'open');
    return client;
  }

  static async logOn(addresses: Addresses): Promise<WireClient> {
    const client = await WireClient.connect(addresses);
    client.send(EMsg.ClientLogon, messages.logon.encode({ protocol_version: 65_580 }));
    const { header } = await client.next((message) => message.emsg === EMsg.ClientLogOnResponse);
    client.identity = header;
    return client;
  }

  /** Sends one message and returns its job id. */
  send(emsg: number, body: Uint8Array, header: Header = {}): string {
    this.#lastJob += 1;
    const { steamid = ANONYMOUS, client_sessionid = 0 } = this.identity;
    const jobid_source = String(this.#lastJob);
    this.socket.send(encodeEnvelope(emsg, { steamid, client_sessionid, jobid_source, ...header }, [body]));
    return jobid_source;
  }

  /** The first message, received already or later, that matches. */
  async next(isWanted: (message: Envelope) => boolean): Promise<Envelope> {
    for (;;) {
      const found = this.received.find(isWanted);
      if (found) return found;
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    }
  }

  /** The response to a job, if it is one message. */
  responseTo(job: string): Promise<Envelope> {
    return this.next(({ header }) => header.jobid_target === job);
  }

  /** Requests the changes since a number. */
  async requestChanges(since: number) {
    const request = {
      since_change_number: since,
      send_app_info_changes: true,
      send_package_info_changes: true,
    };
    const job = this.send(EMsg.ClientPICSChangesSinceRequest, messages.changesSinceRequest.encode(request));
    return messages.changesSinceResponse.decode((await this.responseTo(job)).body);
  }

  /** Requests the access tokens of apps and packages. */
  async requestTokens(appids: readonly number[], packageids: readonly number[] = []) {
    const request = { appids: [...appids], packageids: [...packageids] };
    const job = this.send(EMsg.ClientPICSAccessTokenRequest, messages.accessTokenRequest.encode(request));
    const { app_access_tokens: granted = [], ...rest } = messages.accessTokenResponse.decode(
      (await this.responseTo(job)).body,
    );
    const tokens = new Map(granted.map(({ appid, access_token: token }) => [appid, token]));
    return { tokens, denied: rest.app_denied_tokens ?? [], deniedPackages: rest.package_denied_tokens ?? [] };
  }

  /** Requests product info without waiting. */
  sendProductInfo(
    appids: readonly number[],
    isMetadata = false,
    tokens: ReadonlyMap<number, string> = new Map(),
  ): string {
    const apps = appids.map((appid) => ({ appid, access_token: tokens.get(appid) ?? '0' }));
    const request = { apps, meta_data_only: isMetadata };
    return this.send(EMsg.ClientPICSProductInfoRequest, messages.productInfoRequest.encode(request));
  }

  /** Requests product info and waits for the last part. */
  async requestProductInfo(
    appids: readonly number[],
    isMetadata = false,
    tokens?: ReadonlyMap<number, string>,
  ): Promise<ProductInfoResponse[]> {
    const job = this.sendProductInfo(appids, isMetadata, tokens);
    const isLast = ({ header, body }: Envelope) =>
      header.jobid_target === job && !messages.productInfoResponse.decode(body).response_pending;
    await this.next(isLast);
    return this.partsOf(job);
  }

  /** The parts of a product info response that were received. */
  partsOf(job: string): ProductInfoResponse[] {
    return this.received
      .filter(({ header }) => header.jobid_target === job)
      .map(({ body }) => messages.productInfoResponse.decode(body));
  }

  close(): void {
    this.socket.terminate();
  }
}

/** The apps of all parts of a response. */
export function appsOf(parts: readonly ProductInfoResponse[]): AppInfo[] {
  return parts.flatMap(({ apps = [] }) => apps);
}
