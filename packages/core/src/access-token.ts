import { z } from 'zod';
import { LARGEST_INTEGER } from './whole-numbers.ts';

const LARGEST_TOKEN = 2n ** 64n - 1n;

/** Whether a text is an access token: the decimal digits of an unsigned 64-bit number. Steam uses 0 for "none". */
export function isAccessToken(text: string): boolean {
  return /^[1-9]\d{0,19}$/.test(text) && BigInt(text) <= LARGEST_TOKEN;
}

/** An access token of Steam. It is a secret: it must not appear in any log, error, metric or page, so no message quotes it. */
export const accessTokenSchema = z.custom<string>((text) => typeof text === 'string' && isAccessToken(text), {
  error: 'expected an access token',
});

const isAppid = (text: string) => /^\d{1,10}$/.test(text) && Number(text) <= LARGEST_INTEGER;

/** Access tokens by the id of their app. */
export const accessTokensSchema = z.custom<Record<string, string>>(
  (tokens) =>
    typeof tokens === 'object' &&
    tokens !== null &&
    Object.entries(tokens).every(
      ([appid, token]) => isAppid(appid) && typeof token === 'string' && isAccessToken(token),
    ),
  { error: 'expected access tokens by appid' },
);
