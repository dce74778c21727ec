import { expect, test } from 'vitest';
import { accessTokensSchema, isAccessToken } from './access-token.ts';

test('an access token is an unsigned 64-bit number other than 0, in decimal', () => {
  for (const token of ['1', '9007199254740993', '18446744073709551615'])
    expect(isAccessToken(token)).toBe(true);
  for (const text of [
    '',
    '0',
    '01',
    '-1',
    '1.5',
    '1e3',
    ' 1',
    '18446744073709551616',
    '99999999999999999999',
    'x',
  ]) {
    expect(isAccessToken(text)).toBe(false);
  }
});

test('an error about a token does not quote it', () => {
  const { error } = accessTokensSchema.safeParse({ 440: '123456789x' });
  expect(error?.message).toContain('expected access tokens by appid');
  expect(error?.message).not.toContain('123456789');
  for (const tokens of [{ x: '1' }, { 4294967296: '1' }, { 440: 1 }, null, 'x']) {
    expect(accessTokensSchema.safeParse(tokens).success).toBe(false);
  }
});
