import { expect, test } from 'vitest';
import { createStorefrontCatalogue } from '../support/storefront-catalogue.ts';
import { runCli } from '../support/run-cli.ts';

test('pics migrate --dry-run shows a line for each object that would change, and changes nothing', async () => {
  const { url } = await createStorefrontCatalogue({ pics: 'before' });
  const env = { DATABASE_URL: url };
  const preview = await runCli(['migrate', '--dry-run'], env);
  expect(preview).toMatchObject({ exitCode: 0, stderr: '' });
  const lines = preview.stdout.split('\n');
  expect(lines[0]).toBe('Would be added:');
  expect(lines).toContain('  table steam_tags (2 columns)');
  expect(lines).toContain('  column apps.parent_appid integer');
  expect(lines).toContain('  enum sync_source gets the values pics');
  expect(lines.join('\n')).not.toContain('Would be removed');
  expect(lines).toContainEqual(
    expect.stringMatching(/^A dry run: \d+ migrations ran, and all of it was rolled back\.$/),
  );

  const json = await runCli(['migrate', '--dry-run', '--json'], env);
  expect(JSON.parse(json.stdout)).toMatchObject({
    migrations: expect.arrayContaining([expect.stringMatching(/_catalogue$/)]),
    objects: expect.arrayContaining([
      expect.objectContaining({ action: 'added', kind: 'table', name: 'steam_tags' }),
    ]),
    notices: [],
  });
  const done = await runCli(['migrate'], env);
  expect(done.stdout).toMatch(/^Migrated: \w+/);
  const nothing = await runCli(['migrate', '--dry-run'], env);
  expect(nothing.stdout).toBe('The tables are up to date: nothing would change.\n');
});
