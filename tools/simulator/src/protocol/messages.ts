import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const file = fileURLToPath(new URL('steam.proto', import.meta.url));
const root = new protobuf.Root().loadSync(file, { keepCase: true });
root.resolveAll();

/** Encodes and decodes one message type. 64-bit numbers are decimal strings, bytes are Buffers, absent fields undefined. */
export interface MessageCodec<Message> {
  encode(message: Message): Uint8Array;
  /** @throws Error when the bytes are not such a message. */
  decode(bytes: Uint8Array): Message;
}

export type MessageOf<Codec> = Codec extends MessageCodec<infer Message> ? Message : never;

function codec<Message extends object>(name: string): MessageCodec<Message> {
  const type = root.lookupType(name);
  return {
    encode: (message) => type.encode(type.fromObject(message)).finish(),
    decode: (bytes) => type.toObject(type.decode(bytes), { longs: String, bytes: Buffer }) as Message,
  };
}

export interface Header {
  steamid?: string;
  client_sessionid?: number;
  jobid_source?: string;
  jobid_target?: string;
  target_job_name?: string;
  eresult?: number;
  error_message?: string;
}

/** The entry of an app or a package in product info and metadata-only responses. */
interface InfoEntry {
  change_number: number;
  missing_token: boolean;
  sha?: Uint8Array;
  buffer?: Uint8Array;
  size?: number;
}

export interface AppInfo extends InfoEntry {
  appid: number;
  only_public: boolean;
}

export interface PackageInfo extends InfoEntry {
  packageid: number;
}

/** Repeated fields that may be absent: a request without apps decodes without the list. */
export interface ProductInfoRequest {
  packages?: { packageid?: number; access_token?: string }[];
  apps?: { appid?: number; access_token?: string }[];
  meta_data_only?: boolean;
}

export interface ProductInfoResponse {
  apps?: AppInfo[];
  unknown_appids?: number[];
  packages?: PackageInfo[];
  unknown_packageids?: number[];
  meta_data_only?: boolean;
  response_pending?: boolean;
  http_min_size?: number;
  http_host?: string;
}

export interface AccessTokenRequest {
  packageids?: number[];
  appids?: number[];
}

export interface AccessTokenResponse {
  package_access_tokens?: { packageid: number; access_token: string }[];
  package_denied_tokens?: number[];
  app_access_tokens?: { appid: number; access_token: string }[];
  app_denied_tokens?: number[];
}

export interface ChangesSinceResponse {
  current_change_number: number;
  since_change_number: number;
  force_full_update: boolean;
  package_changes: { packageid: number; change_number: number; needs_token: boolean }[];
  app_changes: { appid: number; change_number: number; needs_token: boolean }[];
  force_full_app_update: boolean;
  force_full_package_update: boolean;
}

/** Every message of a PICS session, by its name in Steam without `CMsgClient`. */
export const messages = {
  header: codec<Header>('CMsgProtoBufHeader'),
  multi: codec<{ size_unzipped: number; message_body: Uint8Array }>('CMsgMulti'),
  hello: codec<{ protocol_version?: number }>('CMsgClientHello'),
  heartBeat: codec<{ send_reply?: boolean }>('CMsgClientHeartBeat'),
  logon: codec<{
    protocol_version?: number;
    account_name?: string;
    anon_user_target_account_name?: string;
    access_token?: string;
  }>('CMsgClientLogon'),
  logonResponse: codec<{
    eresult: number;
    legacy_out_of_game_heartbeat_seconds?: number;
    heartbeat_seconds?: number;
    rtime32_server_time?: number;
    cell_id?: number;
    public_ip?: { v4: number };
    client_supplied_steamid?: string;
    ip_country_code?: string;
  }>('CMsgClientLogonResponse'),
  loggedOff: codec<{ eresult: number }>('CMsgClientLoggedOff'),
  changesSinceRequest: codec<{
    since_change_number?: number;
    send_app_info_changes?: boolean;
    send_package_info_changes?: boolean;
  }>('CMsgClientPICSChangesSinceRequest'),
  changesSinceResponse: codec<ChangesSinceResponse>('CMsgClientPICSChangesSinceResponse'),
  productInfoRequest: codec<ProductInfoRequest>('CMsgClientPICSProductInfoRequest'),
  productInfoResponse: codec<ProductInfoResponse>('CMsgClientPICSProductInfoResponse'),
  accessTokenRequest: codec<AccessTokenRequest>('CMsgClientPICSAccessTokenRequest'),
  accessTokenResponse: codec<AccessTokenResponse>('CMsgClientPICSAccessTokenResponse'),
  tagNamesRequest: codec<{ language?: string; tagids?: number[] }>('CStore_GetLocalizedNameForTags_Request'),
  tagNamesResponse: codec<{ tags: { tagid: number; english_name: string; name: string }[] }>(
    'CStore_GetLocalizedNameForTags_Response',
  ),
};
