import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { environment } from '@pics/service';
import { InvalidArgumentError } from 'commander';

/**
 * Finds a folder of recorded bodies, as `tools/simulator` serves them. A relative path counts from the folder in which the
 * user called npm, not from that of the project, in which npm runs this.
 *
 * @returns its absolute path, without links.
 * @throws InvalidArgumentError when it is none.
 */
export function findCatalog(given: string): string {
  const folder = resolve(environment()['INIT_CWD'] ?? '.', given);
  if (!existsSync(folder)) throw new InvalidArgumentError(`There is no folder ${folder}.`);
  if (!existsSync(join(folder, 'index.tsv'))) {
    throw new InvalidArgumentError(
      `${folder} has no index.tsv, a table of appid, change_number and path of each recorded body.`,
    );
  }
  return realpathSync(folder);
}
