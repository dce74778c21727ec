import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import schema from 'steam-user/protobufs/generated/_load.js';
import { WebSocketServer, type WebSocket } from 'ws';

const PROTOBUF_FLAG = 0x8000_0000;

/** Anonymous user 1 of the public universe, as a SteamID. */
const STEAM_ID = '90071996842377217';
const SESSION_ID = 42;

const EMSG = {
  multi: 1,
  destJobFailed: 113,
  serviceMethodResponse: 147,
  serviceMethodCall: 151,
  heartbeat: 703,
  logOff: 706,
  logOnResponse: 751,
  loggedOff: 757,
  logOn: 5514,
  changesRequest: 8901,
  changesResponse: 8902,
  productInfoRequest: 8903,
  productInfoResponse: 8904,
  accessTokenRequest: 8905,
  accessTokenResponse: 8906,
} as const;

const REQUESTS = {
  logOn: { emsg: EMSG.logOn, type: schema.CMsgClientLogon },
  logOff: { emsg: EMSG.logOff, type: undefined },
  heartbeat: { emsg: EMSG.heartbeat, type: undefined },
  changes: { emsg: EMSG.changesRequest, type: schema.CMsgClientPICSChangesSinceRequest },
  productInfo: { emsg: EMSG.productInfoRequest, type: schema.CMsgClientPICSProductInfoRequest },
  accessTokens: { emsg: EMSG.accessTokenRequest, type: schema.CMsgClientPICSAccessTokenRequest },
  tagNames: { emsg: EMSG.serviceMethodCall, type: schema.CStore_GetLocalizedNameForTags_Request },
};

type RequestName = keyof typeof REQUESTS;

/** One for all CMs of a test, so that a client that trusts one trusts them all. */
const certificate = generate([{ name: 'commonName', value: 'localhost' }], {
  keyType: 'ec',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
});

/** One message of a client, decoded by steam-user's protobufs, and the responses that a test can send. */
export class CmRequest {
  readonly body: Record<string, unknown>;
  readonly #jobId: string;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, jobId: string, body: Record<string, unknown>) {
    this.#socket = socket;
    this.#jobId = jobId;
    this.body = body;
  }

  /** The appids of a product info request. */
  get appids(): number[] {
    return (this.body['apps'] as { appid: number }[]).map(({ appid }) => appid);
  }

  productInfo(part: object, header: object = {}): Buffer {
    const body = schema.CMsgClientPICSProductInfoResponse.encode(part).finish();
    return this.message(EMSG.productInfoResponse, body, header);
  }

  accessTokens(response: object, header: object = {}): Buffer {
    const body = schema.CMsgClientPICSAccessTokenResponse.encode(response).finish();
    return this.message(EMSG.accessTokenResponse, body, header);
  }

  changes(response: object, header: object = {}): Buffer {
    const body = schema.CMsgClientPICSChangesSinceResponse.encode(response).finish();
    return this.message(EMSG.changesResponse, body, header);
  }

  tagNames(response: object, eresult = 1): Buffer {
    const body = schema.CStore_GetLocalizedNameForTags_Response.encode(response).finish();
    const header = { target_job_name: 'Store.GetLocalizedNameForTags#1', eresult };
    return this.message(EMSG.serviceMethodResponse, body, header);
  }

  logOnResponse(eresult: number, heartbeatSeconds = 9): Buffer {
    const response = { eresult, heartbeat_seconds: heartbeatSeconds, cell_id: 1 };
    return this.message(EMSG.logOnResponse, schema.CMsgClientLogonResponse.encode(response).finish());
  }

  loggedOff(eresult: number): Buffer {
    return this.message(EMSG.loggedOff, schema.CMsgClientLoggedOff.encode({ eresult }).finish());
  }

  jobFailed(): Buffer {
    return this.message(EMSG.destJobFailed, new Uint8Array());
  }

  message(emsg: number, body: Uint8Array, header: object = {}): Buffer {
    return encodeMessage(emsg, body, { ...header, jobid_target: this.#jobId });
  }

  send(...messages: Buffer[]): void {
    for (const message of messages) this.#socket.send(message);
  }

  /** Cuts the client's connection once everything sent is out. */
  drop(): void {
    this.#socket.close();
  }

  /** Reads nothing more from this client, so that not even pings get a pong. */
  freeze(): void {
    this.#socket.pause();
  }
}

/** Wraps messages in one Multi. */
export function multi(messages: Buffer[], { gzip }: { gzip: boolean }): Buffer {
  const payload = Buffer.concat(
    messages.flatMap((message) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(message.length);
      return [length, message];
    }),
  );
  const body = gzip
    ? { size_unzipped: payload.length, message_body: gzipSync(payload) }
    : { message_body: payload };
  return encodeMessage(EMSG.multi, schema.CMsgMulti.encode(body).finish(), {});
}

function encodeMessage(emsg: number, body: Uint8Array, fields: object): Buffer {
  const header = schema.CMsgProtoBufHeader.encode({
    ...fields,
    steamid: STEAM_ID,
    client_sessionid: SESSION_ID,
  }).finish();
  const start = Buffer.alloc(8);
  start.writeUInt32LE((emsg | PROTOBUF_FLAG) >>> 0, 0);
  start.writeUInt32LE(header.length, 4);
  return Buffer.concat([start, header, body]);
}

/**
 * A CM that a test controls: TLS with a generated certificate, a WebSocket at /cmsocket/, and every message of a client
 * passed to the test, which responds (or not). Logons succeed unless the test changes that. It encodes and decodes with
 * steam-user's protobufs, so that an error in ours shows.
 */
export class ScriptedCm {
  readonly ca: string;
  /** host:port */
  readonly address: string;
  readonly ip: string;
  /** Serves requests that are not for the WebSocket, such as bodies over HTTP. */
  onHttp: RequestListener = (_request, response) => response.writeHead(404).end();
  /** Responds to a logon. */
  onLogOn: (request: CmRequest) => void = (request) => request.send(request.logOnResponse(1));
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #unread: { name: RequestName; request: CmRequest }[] = [];
  readonly #waiting: { name: RequestName; resolve: (request: CmRequest) => void }[] = [];

  private constructor(server: Server, ca: string) {
    this.ca = ca;
    this.#server = server;
    const { address, port } = server.address() as AddressInfo;
    this.address = `localhost:${port}`;
    this.ip = address;
    server.on('request', (request, response) => this.onHttp(request, response));
    this.#sockets = new WebSocketServer({ server, path: '/cmsocket/' });
    this.#sockets.on('connection', (socket) => {
      socket.on('error', () => {});
      socket.on('message', (message: Buffer) => this.#receive(socket, message));
    });
  }

  static async start(): Promise<ScriptedCm> {
    const { private: key, cert } = await certificate;
    const server = createServer({ key, cert });
    server.listen(0, 'localhost');
    await once(server, 'listening');
    return new ScriptedCm(server, cert);
  }

  /** The next unread message of this name. */
  next(name: RequestName): Promise<CmRequest> {
    const at = this.#unread.findIndex((entry) => entry.name === name);
    const [entry] = at < 0 ? [] : this.#unread.splice(at, 1);
    if (entry) return Promise.resolve(entry.request);
    return new Promise((resolve) => this.#waiting.push({ name, resolve }));
  }

  /** How many messages of this name are unread. */
  unread(name: RequestName): number {
    return this.#unread.filter((entry) => entry.name === name).length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #receive(socket: WebSocket, message: Buffer): void {
    const emsg = (message.readUInt32LE(0) & ~PROTOBUF_FLAG) >>> 0;
    const bodyAt = 8 + message.readUInt32LE(4);
    const name = (Object.keys(REQUESTS) as RequestName[]).find((key) => REQUESTS[key].emsg === emsg);
    if (!name) return;
    const header = decode(schema.CMsgProtoBufHeader, message.subarray(8, bodyAt));
    const { type } = REQUESTS[name];
    const body = type ? decode(type, message.subarray(bodyAt)) : {};
    const request = new CmRequest(socket, String(header['jobid_source']), body);
    if (name === 'logOn') this.onLogOn(request);

    const at = this.#waiting.findIndex((waiter) => waiter.name === name);
    const [waiter] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (waiter) waiter.resolve(request);
    else this.#unread.push({ name, request });
  }
}

function decode(type: (typeof schema)[keyof typeof schema], bytes: Uint8Array): Record<string, unknown> {
  return type.toObject(type.decode(bytes), { longs: String });
}
