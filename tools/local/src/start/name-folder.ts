import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Source } from '@pics/database';
import type { StartOptions } from './context.ts';

/** The name of the data folder: one for each origin of the data, so that no two of them ever share a server. */
export function nameFolder(
  source: Source,
  { apps, catalog }: Pick<StartOptions, 'apps' | 'catalog'>,
  ownDatabase: boolean,
): string {
  if (source === 'steam') return ownDatabase ? 'own-database' : 'steam';
  if (catalog === undefined) return `simulated-${apps}`;
  const hash = createHash('sha256').update(catalog).digest('hex').slice(0, 6);
  return `recorded-${basename(catalog).replaceAll(/[^\w.-]/g, '_')}-${hash}`;
}
