import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { installPackage } from '../scripts/install-package.mjs';
import { createTestFolder } from './support/folder.ts';

const NAME = '@example/tool';
const WORDS = { title: 'Tool 1.2.3', advice: 'Install it yourself.' };
const folder = createTestFolder();
const sha512 = (content: string | Buffer) => createHash('sha512').update(content).digest('base64');

/** What the registry has for the package. */
let tarball: Buffer;
let root: string;
const registry = createServer(({ url, headers }, response) => {
  if (url?.endsWith('.tgz')) return response.end(tarball);
  const dist = {
    tarball: `http://${headers.host}/tool-1.2.3.tgz`,
    integrity: `sha512-${sha512(tarball)}`,
    shasum: createHash('sha1').update(tarball).digest('hex'),
  };
  const version = { name: NAME, version: '1.2.3', dist, scripts: { postinstall: 'node evil.js' } };
  const versions = { '1.2.3': version };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ name: NAME, 'dist-tags': { latest: '1.2.3' }, versions }));
});

/** A package whose install script would leave a file behind. */
function pack(program: string): Buffer {
  const content = join(folder, 'package');
  mkdirSync(join(content, 'bin'), { recursive: true });
  writeFileSync(join(content, 'bin/tool'), program);
  writeFileSync(join(content, 'evil.js'), `require('fs').writeFileSync('ran', '')`);
  const manifest = { name: NAME, version: '1.2.3', scripts: { postinstall: 'node evil.js' } };
  writeFileSync(join(content, 'package.json'), JSON.stringify(manifest));
  execFileSync('tar', ['czf', 'tool.tgz', 'package'], { cwd: folder });
  return readFileSync(join(folder, 'tool.tgz'));
}

const GENUINE = pack('the genuine program');
const pinned = {
  name: NAME,
  version: '1.2.3',
  integrity: `sha512-${sha512(GENUINE)}`,
  program: 'bin/tool',
  programHash: sha512('the genuine program'),
};

beforeAll(async () => {
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('npm_config_registry', `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  registry.close();
});
beforeEach(() => {
  tarball = GENUINE;
  root = mkdtempSync(join(folder, 'root-'));
  // Otherwise npm takes the package of an earlier test from its cache.
  vi.stubEnv('npm_config_cache', join(root, 'npm'));
});

describe('a program of the toolchain', () => {
  test('is installed once, and no script of its package runs', async () => {
    const file = await installPackage(root, pinned, WORDS);
    expect(readFileSync(file, 'utf8')).toBe('the genuine program');
    expect(existsSync(join(file, '../../ran'))).toBe(false);
    tarball = Buffer.from('nothing');
    expect(await installPackage(root, pinned, WORDS)).toBe(file);
  });

  test('is installed behind a symbolic link too', async () => {
    const elsewhere = mkdtempSync(join(folder, 'elsewhere-'));
    symlinkSync(elsewhere, join(root, '.cache'));
    const file = await installPackage(root, pinned, WORDS);
    expect(readFileSync(file, 'utf8')).toBe('the genuine program');
  });

  test('is replaced, with a line that says so, when it was changed in the cache', async () => {
    const file = await installPackage(root, pinned, WORDS);
    writeFileSync(file, 'something else');
    const lines = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await installPackage(root, pinned, WORDS)).toBe(file);
    expect(readFileSync(file, 'utf8')).toBe('the genuine program');
    const home = join(root, '.cache/toolchain/@example+tool-1.2.3');
    expect(lines.mock.calls.flat()).toContain(`Tool 1.2.3 in ${home} was changed, so it is replaced.`);
    lines.mockRestore();
  });

  test('is not installed from a package with another hash', async () => {
    tarball = pack('another program');
    await expect(installPackage(root, pinned, WORDS)).rejects.toThrow(
      /EINTEGRITY[^]*Tool 1\.2\.3 could not be installed from npm\. Install it yourself\./,
    );
    expect(existsSync(join(root, '.cache/toolchain/@example+tool-1.2.3'))).toBe(false);
  });

  test('is not used when the package has its hash and the program has not', async () => {
    const wrong = { ...pinned, programHash: sha512('another program') };
    await expect(installPackage(root, wrong, WORDS)).rejects.toThrow('does not contain the expected program');
    expect(existsSync(join(root, '.cache/toolchain/@example+tool-1.2.3'))).toBe(false);
  });
});
