import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { closeAtEnd } from './cleanup.ts';
import { createTestDatabase } from './database.ts';

const FOLDER = new URL('../fixtures/storefront-catalogue/', import.meta.url);

export interface StorefrontCatalogue {
  /** Connects as the owner: no superuser, as the user `postgres` at Supabase. */
  url: string;
  /** Connects to the same database as a superuser. */
  adminUrl: string;
  owner: string;
}

export interface StorefrontOptions {
  /** Before or after a PICS service of its own. */
  pics: 'before' | 'after';
  /** Those from apps to apps (parent_appid, app_dlc), after a PICS service; dropped by default. */
  foreignKeys?: boolean;
  /** Puts the companies into a second schema of the search path. */
  secondSchema?: boolean;
}

/** Creates a database that holds somebody else's catalogue, with rows, removed when the test is done. */
export async function createStorefrontCatalogue(options: StorefrontOptions): Promise<StorefrontCatalogue> {
  const { url: adminUrl } = await createTestDatabase({ migrated: false });
  const owner = `owner_${randomBytes(6).toString('hex')}`;
  const database = new URL(adminUrl).pathname.slice(1);
  const searchPath = options.secondSchema ? 'public, companies, extensions' : '"$user", public, extensions';
  closeAtEnd(owner, () => runSql(adminUrl, removeOwner(owner, database)));
  await runSql(
    adminUrl,
    `create role ${owner} login createrole createdb bypassrls password 'generated';
     alter database ${database} owner to ${owner};
     alter schema public owner to ${owner};
     create schema extensions; grant usage on schema extensions to ${owner};
     create extension pg_trgm with schema extensions;
     alter role ${owner} in database ${database} set search_path = ${searchPath}`,
  );
  const changed = new URL(adminUrl);
  changed.username = owner;
  changed.password = 'generated';
  const url = changed.href;
  for (const name of listFiles(options)) {
    await runSql(url, await readFile(new URL(name, FOLDER), 'utf8'));
  }
  return { url, adminUrl, owner };
}

function listFiles({ pics, foreignKeys, secondSchema }: StorefrontOptions): string[] {
  const after = pics === 'after' ? ['pics-service.sql', ...(foreignKeys ? ['foreign-keys.sql'] : [])] : [];
  return ['storefront.sql', ...after, ...(secondSchema ? ['second-schema.sql'] : [])];
}

function removeOwner(owner: string, database: string): string {
  return `alter database ${database} owner to current_user; drop owned by ${owner} cascade; drop role ${owner}`;
}

async function runSql(connectionString: string, text: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
