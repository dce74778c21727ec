import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { codeOf } from './problem.mjs';

/** No download takes this long: the process id of an older lock has been reused. */
const STALE_AFTER_MS = 60 * 60 * 1000;
const POLL_MS = 200;

/**
 * Runs `work` while no other process does the same in this folder, and returns its result.
 *
 * The lock is a file with the process id of its owner. A lock of a killed process is taken over.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let isLogged = false; !acquire(file); await setTimeout(POLL_MS)) {
    const owner = findOwner(file);
    if (owner === undefined) {
      rmSync(file, { force: true });
    } else if (!isLogged) {
      console.error(`Waiting for process ${owner}, which is installing the same …`);
      isLogged = true;
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
 * Returns the process that holds the lock, or undefined when it has ended.
 *
 * @param {string} file
 */
function findOwner(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    // An empty file was just created; its owner has not written its id yet.
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
