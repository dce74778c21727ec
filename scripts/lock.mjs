import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { codeOf } from './problem.mjs';

/** No download takes this long; a lock that is older belongs to a process number that something else has got since. */
const STALE_AFTER_MS = 60 * 60 * 1000;
const POLL_MS = 200;

/**
 * Runs `work` while no other start does the same in this folder, and hands back what it returns.
 *
 * The lock is a file that names its owner. One left behind by a killed start is taken over, so nobody ever has to
 * remove it by hand.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; !acquire(file); await setTimeout(POLL_MS)) {
    const owner = findOwner(file);
    if (owner === undefined) {
      rmSync(file, { force: true });
    } else if (!told) {
      console.error(`Waiting for another start (process ${owner}) that is bringing the same things.`);
      told = true;
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function acquire(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The process that holds the lock, or undefined when it is gone.
 *
 * @param {string} file
 */
function findOwner(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    // An empty file is an owner that has created it and not yet written its number.
    const fresh = Date.now() - statSync(file).mtimeMs < (owner > 0 ? STALE_AFTER_MS : 1000);
    return fresh && (owner === 0 || isAlive(owner)) ? owner : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
