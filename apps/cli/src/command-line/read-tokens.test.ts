import { expect, test } from 'vitest';
import { parseTokens } from './read-tokens.ts';

test('reads tokens of apps and packages, with comments, blank lines and any line ends', () => {
  const text =
    '\uFEFF# mine\r\napp 440 18446744073709551615 # TF2\n\n  package\t12   5\rapp 440 18446744073709551615';
  expect(parseTokens(text)).toEqual({
    apps: [{ id: 440, token: '18446744073709551615' }],
    packages: [{ id: 12, token: '5' }],
    faults: [],
  });
});

test('names every bad line, and quotes none of them', () => {
  const secret = '16045690984833335023';
  const { faults } = parseTokens(
    [
      `440 ${secret}`,
      `app ${secret} 440`,
      `app 440 ${secret}x`,
      `app 440 0`,
      `app 440 ${secret} more`,
      `sub 12 1`,
    ]
      .concat([`app 570 ${secret}`, 'app 570 7', `app 440 99999999999999999999`])
      .join('\n'),
  );
  expect(faults).toEqual([
    'line 1: it must be "app ID TOKEN" or "package ID TOKEN"',
    'line 2: the id must be a number, such as 440',
    'line 3: the token must be an unsigned 64-bit number other than 0',
    'line 4: the token must be an unsigned 64-bit number other than 0',
    'line 5: it must be "app ID TOKEN" or "package ID TOKEN"',
    'line 6: it must be "app ID TOKEN" or "package ID TOKEN"',
    'line 8: app 570 has another token in line 7',
    'line 9: the token must be an unsigned 64-bit number other than 0',
  ]);
  expect(faults.join('\n')).not.toContain(secret);
});
