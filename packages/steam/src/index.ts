export { connectSteam, type SteamService } from './connect-steam.ts';
export { createPicsClient, type PicsClientOptions } from './create-pics-client.ts';
export type * from './pics-client.ts';
export type * from './pics-observer.ts';
export type * from './product-info.ts';
export type { SteamLogger } from './session/logger.ts';
