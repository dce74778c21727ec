import { expect, test } from 'vitest';
import { hashPassword } from './password.ts';
import { readerUrl } from './reader-url.ts';

test.each([
  [
    'postgres://pics:x@db.example:5432/steam?sslmode=require',
    'pics',
    'postgres://reader:secret@db.example:5432/steam?sslmode=require',
  ],
  [
    'postgresql://postgres.abcdefgh:x%40@aws-0-eu-west-1.pooler.supabase.com:5432/postgres',
    'postgres',
    'postgresql://reader.abcdefgh:secret@aws-0-eu-west-1.pooler.supabase.com:5432/postgres',
  ],
  ['postgres://anna.lee:x@db.example/steam', 'anna.lee', 'postgres://reader:secret@db.example/steam'],
  ['postgres://db.example/steam?user=pics&password=x', 'pics', 'postgres://reader:secret@db.example/steam'],
  [
    'postgres:///steam?host=/run/postgresql',
    'pics',
    'postgres:///steam?host=%2Frun%2Fpostgresql&user=reader&password=secret',
  ],
])('a reader of %s, where the user is %s, connects with %s', (url, user, expected) => {
  expect(readerUrl(url, user, 'reader', 'secret')).toBe(expected);
});

test('a password is hashed as Postgres hashes it', () => {
  // As in src/test of Postgres: the salt and keys of "pencil" in RFC 7677.
  const hashed = hashPassword('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
  expect(hashed).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});
