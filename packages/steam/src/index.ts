export { connectSteam, type SteamService } from './client/connect-steam.ts';
export { createPicsClient, type PicsClientOptions } from './client/create-pics-client.ts';
export type * from './client/pics-client.ts';
export type { ProductInfo, ProductMetadata } from './requests/request-product-info.ts';
export type { Unanswered } from './requests/response-collector.ts';
export type { SteamLogger } from './session/steam-session.ts';
export type { AccessTokens, TokenResponse } from './wire/access-token-response.ts';
export type { Change, ChangesSince } from './wire/changes-since-response.ts';
