import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { closeAtEnd } from './cleanup.ts';

/** The browsers that support the protocol of playwright-core, by the names of their programs. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PROGRAM = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** A browser that only shows pages: no GPU, no first run, no connections to its vendor. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** apt may be busy with other packages, and Chromium is large. */
const APT_TIMEOUT_MS = 10 * 60_000;

/**
 * Finds the program of a browser, and installs Debian's Chromium where possible (as root, with apt).
 *
 * @returns undefined, after a line that says what to do, when there is none and none can be installed.
 */
export async function findBrowser(): Promise<string | undefined> {
  const found = findProgram();
  if (found) return found;
  if (process.getuid?.() === 0 && findOnPath('apt-get')) {
    await installChromium().catch((error: Error) => console.warn(error.message));
  }
  const installed = findProgram();
  if (!installed)
    console.warn('Tests in a browser are skipped: install Chromium (apt-get install chromium).');
  return installed;
}

/** Starts a browser with a new profile; it is closed at the end of the test. */
export async function openBrowser(program: string): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: program, headless: true, args: FLAGS });
  closeAtEnd('browser', () => browser.close());
  return browser;
}

async function installChromium(): Promise<void> {
  const run = promisify(execFile);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: APT_TIMEOUT_MS };
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-qq'];
  await run('apt-get', [...wait, 'update'], options);
  await run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', 'chromium'], options);
}

function findProgram(): string | undefined {
  return PROGRAMS.map(findOnPath).find((path) => path !== undefined) ?? findExecutable(MAC_PROGRAM);
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => findExecutable(join(folder, name))).find((path) => path !== undefined);
}

function findExecutable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
