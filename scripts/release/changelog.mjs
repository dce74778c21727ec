/** The section of what is not released yet. */
const UNRELEASED = /^## Unreleased$/m;

/**
 * Gives the section of what is not released yet its version and date.
 *
 * @param {string} changelog
 * @param {string} version
 * @param {string} date
 */
export function dateUnreleased(changelog, version, date) {
  if (!UNRELEASED.test(changelog)) throw new Error('CHANGELOG.md has no section "## Unreleased".');
  return changelog.replace(UNRELEASED, `## ${version} (${date})`);
}

/**
 * Returns what the changelog says about a version.
 *
 * @param {string} changelog
 * @param {string} version
 */
export function findNotes(changelog, version) {
  const section = changelog.split(/^## /m).find((text) => text.split(/[ \n]/, 1)[0] === version);
  const notes = section?.slice(section.indexOf('\n')).trim();
  if (!notes) throw new Error(`CHANGELOG.md says nothing about ${version}.`);
  return notes;
}
