import { resolve } from 'node:path';
import { environment } from '@pics/service';

/** The folder of the project. */
export const ROOT = resolve(import.meta.dirname, '../../../..');

/** Where everything is kept that `up` makes: `.pics` in the project, unless PICS_DATA_DIR names another folder. */
export function getDataFolder(): string {
  return resolve(environment()['PICS_DATA_DIR'] ?? resolve(ROOT, '.pics'));
}
