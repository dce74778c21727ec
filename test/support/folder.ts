import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAtEnd } from './cleanup.ts';
import { removeFolder } from './servers.ts';

/** A folder for a test or a test file, removed at its end. */
export function createTestFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pics-test-'));
  chmodSync(folder, 0o711); // For root, Postgres runs as another user, who must be able to pass.
  closeAtEnd(folder, async () => removeFolder(folder));
  return folder;
}
