/**
 * Describes the image of a release, in the format of GITHUB_OUTPUT: `image`, `tags` (one a line, complete names) and
 * `labels`. A release has the tags 0.2.0, 0.2, latest and that of its commit; a pre-release only the first and the last.
 *
 * @param {{ version: string, sha: string, repository: string, now: Date }} release
 */
export function describeImage({ version, sha, repository, now }) {
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new Error(`"${sha}" is not the hash of a commit.`);
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new Error(`"${repository}" is no repository: owner/name.`);
  // Names of images are in lower case; those of repositories need not be.
  const image = `ghcr.io/${repository.toLowerCase()}`;
  const minor = version.split('.', 2).join('.');
  const released = version.includes('-') ? [] : [minor, 'latest'];
  const tags = [version, ...released, `sha-${sha.slice(0, 12)}`].map((tag) => `${image}:${tag}`);
  const labels = Object.entries({
    version,
    revision: sha,
    created: now.toISOString(),
    source: `https://github.com/${repository}`,
  }).map(([name, value]) => `org.opencontainers.image.${name}=${value}`);
  return [`image=${image}`, 'tags<<END', ...tags, 'END', 'labels<<END', ...labels, 'END'].join('\n');
}
