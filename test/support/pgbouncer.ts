import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findFreePort } from '@pics/local';
import { closeAtEnd } from './cleanup.ts';

const PROGRAMS = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];

/** Finds PgBouncer, or installs it where the tests run as root on Debian or Ubuntu. Undefined, with a line, otherwise. */
export function findPgBouncer(): string | undefined {
  const find = () => PROGRAMS.find((path) => existsSync(path));
  if (!find() && process.getuid?.() === 0) {
    const install = ['install', '--yes', '--no-install-recommends', 'pgbouncer'];
    const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: 'ignore' } as const;
    try {
      execFileSync('apt-get', install, options);
    } catch {
      try {
        execFileSync('apt-get', ['update'], options);
        execFileSync('apt-get', install, options);
      } catch {
        // Said below.
      }
    }
  }
  const program = find();
  if (!program) {
    console.warn(
      'Tests with PgBouncer are skipped: it is not installed (Debian: sudo apt-get install pgbouncer).',
    );
  }
  return program;
}

/**
 * Starts a PgBouncer in front of the server that `url` names, on a free port, and resolves with the URL that leads through
 * it. It ends with the test file.
 *
 * @param settings lines of its `[pgbouncer]` section.
 */
export async function startPgBouncer(
  program: string,
  url: string,
  settings: Record<string, string | number>,
): Promise<string> {
  const target = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), 'pics-test-pgbouncer-'));
  chmodSync(folder, 0o755);
  const port = await findFreePort();
  const users = join(folder, 'users.txt');
  writeFileSync(users, `"${target.username}" "${decodeURIComponent(target.password)}"\n`);
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'plain',
    auth_file: users,
    ...(process.getuid?.() === 0 && { user: 'nobody' }), // It refuses to run as root.
    ...settings,
  };
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(
    config,
    `[databases]\n* = host=${target.hostname} port=${target.port}\n[pgbouncer]\n` +
      Object.entries(lines)
        .map(([name, value]) => `${name} = ${value}\n`)
        .join(''),
  );
  const child = spawn(program, [config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  closeAtEnd('pgbouncer', async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  // Asking the port would take one of its places.
  for await (const line of createInterface({ input: child.stderr })) if (line.includes('process up')) break;
  child.stderr.resume();
  const pooled = new URL(url);
  pooled.hostname = '127.0.0.1';
  pooled.port = String(port);
  return pooled.href;
}
