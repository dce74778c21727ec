import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { getInstanceFile, readInstance, type InstanceUrls } from '@pics/operations';
import { UserError } from '@pics/core';

/** A data folder that this process has claimed. */
export interface Instance {
  /** Publishes the URLs for other commands. Readable by the owner only, for they hold passwords. */
  publish(urls: InstanceUrls): void;
  release(): void;
}

/**
 * Claims a data folder for this process. What a killed process left behind is taken over.
 *
 * @throws UserError when another `npm start` runs on it.
 */
export function claimInstance(folder: string): Instance {
  mkdirSync(folder, { recursive: true });
  const file = getInstanceFile(folder);
  const running = readInstance(folder);
  if (running) {
    const at = running.urls ? `, its board is at ${running.urls.boardUrl}` : '';
    throw new UserError(`It is running already (process ${running.pid}${at}). Stop that one first.`);
  }
  const write = (urls?: InstanceUrls) => {
    writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, urls }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  write();
  return { publish: write, release: () => rmSync(file, { force: true }) };
}
