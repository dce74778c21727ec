import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAtEndOfFile } from './cleanup.ts';
import { removeFolder } from './servers.ts';

/** A folder of this test file's own, which goes when the file is done. */
export function createTestFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pics-test-'));
  chmodSync(folder, 0o711); // Root's Postgres runs as another user, who must get through.
  closeAtEndOfFile(folder, async () => removeFolder(folder));
  return folder;
}
