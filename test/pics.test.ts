import { spawn, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { stamp } from '../scripts/dependencies.mjs';
import { findNode } from '../scripts/toolchain.mjs';
import { createTestFolder } from './support/folder.ts';
import { findOldNode } from './support/old-node.ts';

const ROOT = resolve(import.meta.dirname, '..');
const oldNode = findOldNode();
const withThisNode = { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
const nodes: [version: string, path: string][] = [['this Node', process.execPath]];
if (oldNode) nodes.push([oldNode.version, oldNode.path]);

/** A copy of what ./pics consists of, with a command line that shows what reaches it. */
function createProject(program: string): string {
  const project = createTestFolder();
  for (const path of ['scripts', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']) {
    cpSync(join(ROOT, path), join(project, path), { recursive: true });
  }
  symlinkSync('scripts/pics.mjs', join(project, 'pics'));
  for (const folder of ['apps/cli/src', 'packages', 'tools', 'node_modules']) {
    mkdirSync(join(project, folder), { recursive: true });
  }
  cpSync(join(ROOT, 'apps/cli/package.json'), join(project, 'apps/cli/package.json'));
  writeFileSync(join(project, 'apps/cli/src/entry.ts'), program);
  const installedFor = oldNode ? (findNode(ROOT) ?? process.execPath) : process.execPath;
  writeStamp(project, `${stamp(project, installedFor)}\n${installedFor}\n`);
  return project;
}

const writeStamp = (project: string, content: string) =>
  writeFileSync(join(project, 'node_modules/.bootstrap-stamp'), content);

/** Runs ./pics in a session of its own, so that the terminal of whoever runs the tests sends it no signals. */
function start(node: string, project: string, args: string[] = [], cwd = project) {
  const child = spawn(node, [join(project, 'pics'), ...args], { cwd, detached: true });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, exited, stdout: text(child.stdout), stderr: text(child.stderr) };
}

describe.each(nodes)('pics, started with %s', (_, node) => {
  test('passes on arguments, the current folder, stdin and the exit code, also through a link in PATH', async () => {
    const project = createProject(`
      import { text } from 'node:stream/consumers';
      const words: string[] = process.argv.slice(2);
      console.log(JSON.stringify([words, process.cwd(), await text(process.stdin)]));
      process.exitCode = 7;
    `);
    const elsewhere = createTestFolder();
    symlinkSync(join(project, 'pics'), join(elsewhere, 'linked'));
    for (const program of [join(project, 'pics'), join(elsewhere, 'linked')]) {
      const result = spawnSync(node, [program, 'app', 'half life', '--json'], {
        cwd: elsewhere,
        input: '440\n',
        encoding: 'utf8',
      });
      expect([result.stderr, result.status]).toEqual(['', 7]);
      expect(JSON.parse(result.stdout)).toEqual([['app', 'half life', '--json'], elsewhere, '440\n']);
    }
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'passes on %s, and waits for the command to finish',
    async (signal) => {
      const project = createProject(`
      process.on('${signal}', () => { console.log('finishing'); clearInterval(running); process.exitCode = 5; });
      const running = setInterval(() => {}, 1000);
      console.log('running');
    `);
      const { child, exited, stdout } = start(node, project);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.kill(signal);
      expect([await exited, await stdout]).toEqual([5, 'running\nfinishing\n']);
    },
  );

  test('reads .env of the project, which the environment overrides', async () => {
    const project = createProject('console.log(process.env.FIRST, process.env.SECOND);');
    writeFileSync(join(project, '.env'), "FIRST='of # the file'\nSECOND=of the file\n");
    const env = { PATH: process.env['PATH'], SECOND: 'of the environment' };
    const { stdout } = spawnSync(node, [join(project, 'pics')], { cwd: '/', env, encoding: 'utf8' });
    expect(stdout).toBe('of # the file of the environment\n');
  });

  test('says what to run when nothing is installed, or what is installed is out of date', async () => {
    const project = createProject('console.log("must not run");');
    writeStamp(project, `of another lockfile\n${process.execPath}\n`);
    const outdated = start(node, project);
    expect(await outdated.stderr).toMatch(
      /^The installed dependencies of pics are out of date\. In \/.*\n {2}npm start /,
    );
    expect([await outdated.exited, await outdated.stdout]).toEqual([1, '']);
    const empty = createProject('console.log("must not run");');
    spawnSync('rm', ['-r', join(empty, 'node_modules')]);
    const missing = start(node, empty);
    expect(await missing.stderr).toMatch(/not installed yet\.[^]*npm start[^]*npm run pics -- --help/);
    expect([await missing.exited, await missing.stdout]).toEqual([1, '']);
  });
});

const programs = globSync('{apps,tools}/*/src/main.ts', { cwd: ROOT });

test('finds every program', () => expect(programs.length).toBeGreaterThan(5));

describe.skipIf(!oldNode)('with a Node before 24 (skipped where there is none)', () => {
  test.each(programs)('%s says in one sentence what it needs', (program) => {
    const { status, stdout, stderr } = spawnSync(oldNode?.path ?? '', [join(ROOT, program)], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^This program needs Node 24\.3 or newer, and this is Node [\d.]+: .*npm start and \.\/pics.*\n$/,
    );
  });
});

test('a link to the main.ts of the command line starts it, as pics was linked before', () => {
  const link = join(createTestFolder(), 'pics');
  symlinkSync(join(ROOT, 'apps/cli/src/main.ts'), link);
  expect(spawnSync(link, ['--version'], { encoding: 'utf8', env: withThisNode }).stdout).toMatch(/^\d/);
});

test('kill ends what npm runs together with npm', async () => {
  const data = createTestFolder();
  mkdirSync(join(data, 'steam/logs'), { recursive: true });
  writeFileSync(join(data, 'steam/logs/writer.log'), 'logged\n');
  const npm = spawn('npm', ['run', '--silent', 'pics', '--', 'logs', '-f'], {
    cwd: ROOT,
    env: { ...process.env, ...withThisNode, PICS_DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve) => npm.stdout.once('data', resolve));
  npm.kill('SIGTERM');
  // Its output is closed once every process that could write to it has ended.
  await new Promise((resolve) => npm.once('close', resolve));
  expect(npm.exitCode ?? npm.signalCode).not.toBe(1);
});
