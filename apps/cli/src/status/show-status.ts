import type { CommonOptions } from '../command-line/define-command.ts';
import { print, printJson } from '../output/print.ts';
import { useDatabase } from '../servers/use-database.ts';
import { describeStatus } from './describe-status.ts';
import { readStatus } from './read-status.ts';

/** Shows how everything stands; exits with 1 when a part of it could not be read. */
export async function showStatus({ json }: CommonOptions): Promise<number> {
  const status = await useDatabase(readStatus);
  if (json) printJson(status);
  else print(describeStatus(status));
  return status.problem ? 1 : 0;
}
