import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** As Postgres does it: scram_iterations is 4096 unless set. */
const ITERATIONS = 4096;

/** Generates a password of 192 random bits that needs no escaping in a URL. */
export function generatePassword(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * What Postgres stores of a password (RFC 5803). `create role … password` takes it in place of the password, which then
 * appears in no log of the server and in no view of its statements; psql's \password does the same.
 */
export function hashPassword(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const serverKey = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
