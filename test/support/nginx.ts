import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { findUnpackedLibraries, startChildProcess, waitUntil } from '@pics/local';
import { closeAtEnd } from './cleanup.ts';
import { findOrUnpack } from './find-or-unpack.ts';
import { createTestFolder } from './folder.ts';

const CACHE = resolve(import.meta.dirname, '../../.cache/nginx');

interface Nginx {
  file: string;
  env: Record<string, string>;
}

/**
 * Finds an nginx: on PATH, or unpacked earlier, or unpacked now from the packages of the system.
 *
 * @returns undefined, after a line that says why, when there is none.
 */
export function findNginx(): Promise<Nginx | undefined> {
  return findOrUnpack(findRunnable, 'nginx', CACHE, 'Tests with nginx');
}

function findRunnable(): Nginx | undefined {
  const { PATH = '' } = process.env;
  const folders = [...PATH.split(delimiter), '/usr/sbin'];
  const onPath = folders.map((folder) => ({ file: join(folder, 'nginx'), env: { PATH } }));
  const env = { PATH, LD_LIBRARY_PATH: findUnpackedLibraries(CACHE) };
  return [...onPath, { file: join(CACHE, 'usr/sbin/nginx'), env }].find(
    (nginx) => existsSync(nginx.file) && spawnSync(nginx.file, ['-v'], { env: nginx.env }).status === 0,
  );
}

/** Starts nginx on 127.0.0.1 with these lines as its only `server`, until the end of the test. */
export async function startNginx({ file, env }: Nginx, port: number, server: string): Promise<void> {
  const folder = createTestFolder();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
${process.getuid?.() === 0 ? 'user root root;' : ''}
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${server}
  }
}
`,
  );
  const nginx = startChildProcess({
    file,
    args: ['-p', folder, '-e', 'stderr', '-c', config],
    env,
    output: 'pipe',
    stopSignal: 'SIGTERM',
    graceMs: 5_000,
  });
  closeAtEnd('nginx', async () => void (await nginx.kill()));
  let output = '';
  for (const stream of [nginx.child.stdout, nginx.child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const isUp = await waitUntil(() => accepts(port), 30_000, { isPossible: () => nginx.isRunning() });
  if (!isUp) throw new Error(`nginx did not start:\n${output}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
