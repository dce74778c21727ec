import { connectDatabase } from '@pics/database';
import { openQueues } from '@pics/queue';
import { parseSettings } from '@pics/service';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createTestDatabase } from './support/database.ts';
import { createTestRedis } from './support/redis.ts';

/** What is checked of a connection string is what the client uses, with blanks around it as in a copied line. */

const parse = (name: 'DATABASE_URL' | 'REDIS_URL', value: string) =>
  parseSettings({ [name]: value }, [])[name];

/** What a password may contain, and how somebody writes it. */
const PASSWORDS: [password: string, written: string][] = [
  ['correct horse battery', 'correct horse battery'],
  ['correct horse battery', 'correct%20horse%20battery'],
  ['a@b', 'a@b'],
  ['a:b', 'a:b'],
  [`#/?%"'@: é`, encodeURIComponent(`#/?%"'@: é`)],
  [`"quoted"`, `"quoted"`],
];

describe('a password that passes the check', { timeout: 60_000 }, () => {
  test.for(PASSWORDS)('%j, written as %j, is the one that Postgres gets', async ([password, written]) => {
    const { url } = await createTestDatabase();
    const owner = connectDatabase(url, { applicationName: 'test', maxConnections: 1 });
    const user = `reader_${Math.random().toString(36).slice(2)}`;
    await sql`create role ${sql.ref(user)} login password ${sql.lit(password)}`.execute(owner);
    const { host, pathname } = new URL(url);
    const given = parse('DATABASE_URL', ` postgres://${user}:${written}@${host}${pathname} `);
    const database = connectDatabase(String(given), { applicationName: 'test', maxConnections: 1 });
    const { rows } = await sql`select current_user::text as name`.execute(database);
    expect(rows).toEqual([{ name: user }]);
    await database.destroy();
    const wrong = connectDatabase(`${given}`.replace('@', 'x@'), {
      applicationName: 'test',
      maxConnections: 1,
    });
    await expect(sql`select`.execute(wrong)).rejects.toThrow('password authentication failed');
    await wrong.destroy();
    await sql`drop role ${sql.ref(user)}`.execute(owner);
    await owner.destroy();
  });

  test.for(PASSWORDS)('%j, written as %j, is the one that Redis gets', async ([password, written]) => {
    const { url } = await createTestRedis();
    const operator = openQueues(url, () => {});
    await operator.redis.call('ACL', 'SETUSER', 'worker', 'on', `>${password}`, '~*', '+@all');
    const given = parse('REDIS_URL', ` redis://worker:${written}@${new URL(url).host} `);
    const queues = openQueues(String(given), () => {});
    expect(await queues.redis.call('ACL', 'WHOAMI')).toBe('worker');
    await Promise.all([operator.close(), queues.close()]);
  });
});
