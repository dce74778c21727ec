import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A version of semver, without build metadata, which no tag of an image can have. */
const VERSION = /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** @param {string} text */
export function isVersion(text) {
  return VERSION.test(text);
}

/** The manifests, all of which carry the version of the project. @param {string} root */
function findManifests(root) {
  return ['package.json', ...globSync('{apps,packages,tools}/*/package.json', { cwd: root })].toSorted();
}

/**
 * Returns the manifests that have another version.
 *
 * @param {string} root
 * @param {string} version
 */
export function findWrongVersions(root, version) {
  return findManifests(root).filter(
    (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).version !== version,
  );
}

/**
 * Sets the version of every manifest, and leaves the rest of each as it is.
 *
 * @param {string} root
 * @param {string} version
 */
export function setVersion(root, version) {
  for (const file of findManifests(root)) {
    const path = join(root, file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/^ {2}"version": "[^"]*"/m, `  "version": "${version}"`));
  }
}
