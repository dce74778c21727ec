import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAtEndOfFile } from './cleanup.ts';
import { removeFolder } from './servers.ts';

/** A folder of this test file's own, which goes when the file is done. */
export function createTestFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pics-test-'));
  closeAtEndOfFile(folder, async () => removeFolder(folder));
  return folder;
}
