import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const connectionSchema = z.object({
  port: z.int().min(1).max(65_535).optional(),
  password: z.string().min(16),
});
export type Connection = z.infer<typeof connectionSchema>;

/**
 * The password of a local server and the port it last had.
 *
 * Loopback is open to every user of the machine, so both servers ask for a password; it is random, made once, and stands
 * in a file that only its owner can read. It is URL-safe, to be put into connection URLs as it is.
 */
export function readConnection(file: string): Connection {
  if (existsSync(file)) return connectionSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const connection = { password: randomBytes(24).toString('base64url') };
  writeConnection(file, connection);
  return connection;
}

export function writeConnection(file: string, connection: Connection): void {
  writeFileSync(`${file}.new`, JSON.stringify(connection), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
