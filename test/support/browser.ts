import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { closeAtEndOfFile } from './cleanup.ts';

/** The browsers that speak the protocol of playwright-core, under the names that systems give them. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_PROGRAM = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** A browser that shows pages and nothing else: no GPU, no first run, no conversation with its maker. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** apt may be busy with somebody else's packages, and Chromium is large. */
const APT_TIMEOUT_MS = 10 * 60_000;

/**
 * Finds the program of a browser, and brings Debian's Chromium where that may be done (as root, with apt).
 *
 * @returns undefined, after one line that says what to do, when there is none and none can be brought.
 */
export async function findBrowser(): Promise<string | undefined> {
  const found = findProgram();
  if (found) return found;
  if (process.getuid?.() === 0 && findOnPath('apt-get')) {
    await installChromium().catch((error: Error) => console.warn(error.message));
  }
  const brought = findProgram();
  if (!brought) console.warn('Tests in a browser are skipped: install Chromium (apt-get install chromium).');
  return brought;
}

/** Starts a browser with a profile of its own; it is closed at the end of the test file. */
export async function openBrowser(program: string): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: program, headless: true, args: FLAGS });
  closeAtEndOfFile('browser', () => browser.close());
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
