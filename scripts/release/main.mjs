/*
 * npm run release -- …, for the maintainer and for .github/workflows/release.yml.
 *
 *   prepare 0.2.0             sets the version everywhere and dates its section of CHANGELOG.md; then commit and tag v0.2.0
 *   describe v0.2.0 <sha> <owner/name>
 *                             checks that the tag fits the sources, and prints image, tags and labels for GITHUB_OUTPUT
 *   notes v0.2.0              prints what CHANGELOG.md says about it
 *   licenses                  writes LICENSES.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dateUnreleased, findNotes } from './changelog.mjs';
import { describeImage } from './image.mjs';
import { describeLicenses } from './licenses.mjs';
import { findWrongVersions, isVersion, setVersion } from './versions.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const CHANGELOG = join(ROOT, 'CHANGELOG.md');
const [command = '', ...args] = process.argv.slice(2);

try {
  run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function run() {
  if (command === 'licenses') return writeFileSync(join(ROOT, 'LICENSES.md'), describeLicenses(ROOT));
  const [name = ''] = args;
  const version = name.replace(/^v/, '');
  if (!isVersion(version)) throw new Error(`"${name}" is no version, such as 0.2.0 or 0.2.0-rc.1.`);
  const changelog = readFileSync(CHANGELOG, 'utf8');
  switch (command) {
    case 'prepare':
      writeFileSync(CHANGELOG, dateUnreleased(changelog, version, new Date().toISOString().slice(0, 10)));
      return setVersion(ROOT, version);
    case 'notes':
      return console.log(findNotes(changelog, version));
    case 'describe': {
      const wrong = findWrongVersions(ROOT, version);
      if (wrong.length > 0)
        throw new Error(`The tag is v${version}, but these say otherwise: ${wrong.join(', ')}.`);
      findNotes(changelog, version);
      const [, sha = '', repository = ''] = args;
      return console.log(describeImage({ version, sha, repository, now: new Date() }));
    }
    default:
      throw new Error('Usage: npm run release -- prepare | describe | notes | licenses');
  }
}
