import type { FetchAppsJob } from '@pics/core';

/** Access tokens by appid. */
export type AccessTokens = ReadonlyMap<number, string>;

/** Reads the access tokens that a job carries. */
export function readTokens({ tokens = {} }: Pick<FetchAppsJob, 'tokens'>): AccessTokens {
  return new Map(Object.entries(tokens).map(([appid, token]) => [Number(appid), token]));
}
