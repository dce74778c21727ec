import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Packages whose manifest names no license, and what their LICENSE file is.
 *
 * @type {Record<string, string>}
 */
const READ_FROM_FILE = { 'node-bignumber': 'MIT' };

/** @typedef {{ name: string, license: string }} Library */

/**
 * Lists the libraries in the image with their licenses, as LICENSES.md has them: what the apps depend on in production, and
 * what that depends on. Needs the installed dependencies. Versions are in the lockfile: an update changes nothing here unless
 * it adds a library or changes a license.
 *
 * @param {string} root
 */
export function describeLicenses(root) {
  const libraries = findLibraries(root);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { license } of libraries) counts.set(license, (counts.get(license) ?? 0) + 1);
  const summary = [...counts].toSorted(([one, a], [other, b]) => b - a || one.localeCompare(other));
  return `# Licenses

pics-mirror is licensed under [MIT](LICENSE). Its image also contains Node.js (MIT, with its own third-party notices), packages of Debian (their licenses are
in \`/usr/share/doc\`) and these libraries, each with the license text that its package contains. \`npm run release -- licenses\` writes this file.

${summary.map(([license, count]) => `- ${license}: ${count}`).join('\n')}

| Library | License |
|---|---|
${libraries.map(({ name, license }) => `| ${name} | ${license} |`).join('\n')}
`;
}

/**
 * @param {string} root
 * @returns {Library[]}
 */
function findLibraries(root) {
  /** @type {Map<string, Library>} */
  const found = new Map();
  const visited = new Set();
  /** @param {string} folder */
  const visit = (folder) => {
    if (visited.has(folder)) return;
    visited.add(folder);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const { name, dependencies = {}, optionalDependencies = {} } = manifest;
    if (!name.startsWith('@pics/')) {
      const license = nameLicense(manifest.license ?? manifest.licenses ?? READ_FROM_FILE[name]);
      found.set(`${name} ${license}`, { name, license });
    }
    for (const dependency of Object.keys(dependencies)) {
      if (!(dependency in optionalDependencies)) visit(locate(folder, dependency));
    }
  };
  for (const manifest of globSync('apps/*/package.json', { cwd: root })) visit(dirname(join(root, manifest)));
  return [...found.values()].toSorted(
    (one, other) => one.name.localeCompare(other.name) || one.license.localeCompare(other.license),
  );
}

/**
 * Finds a dependency as Node does: in the node_modules of the folder or of one above it.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {string}
 */
function locate(folder, name) {
  const path = join(folder, 'node_modules', name);
  if (existsSync(path)) return realpathSync(path);
  if (dirname(folder) === folder) throw new Error(`${name} is not installed.`);
  return locate(dirname(folder), name);
}

/**
 * Older packages have an object or a list.
 *
 * @param {unknown} license
 * @returns {string}
 */
function nameLicense(license) {
  if (typeof license === 'string') return license;
  if (Array.isArray(license)) return license.map(nameLicense).join(' OR ');
  if (license && typeof license === 'object' && 'type' in license) return nameLicense(license.type);
  return 'unknown';
}
