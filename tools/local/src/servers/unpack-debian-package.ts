import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Downloads one or more packages of Debian or Ubuntu, with the libraries that this system lacks, and unpacks everything into `folder`.
 * Needs no root, and starts and configures nothing.
 *
 * @param prepare called with the unpacked folder before it is moved to its place; what it throws cancels the installation.
 */
export async function unpackDebianPackage(
  names: string | readonly string[],
  folder: string,
  prepare: (unpacked: string) => void = () => {},
): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}-unfinished-`);
  try {
    let options: string[] = [];
    const findMissing = async () => {
      const simulate = ['install', '--simulate', '--no-install-recommends', ...[names].flat()];
      const { stdout } = await execute('apt-get', [...options, ...simulate]);
      return [...stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] ?? '');
    };
    const missing = await findMissing().catch(async () => {
      options = await downloadLists(work);
      return await findMissing();
    });
    const debs = join(work, 'debs');
    mkdirSync(debs);
    await execute('apt-get', [...options, 'download', ...missing], { cwd: debs });
    const unpacked = join(work, 'unpacked');
    for (const deb of readdirSync(debs)) await execute('dpkg', ['-x', join(debs, deb), unpacked]);
    prepare(unpacked);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unpacked, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Downloads package lists from the sources of the system into a folder of this run: only root may update the system's. */
async function downloadLists(work: string): Promise<string[]> {
  const [lists, archives] = [join(work, 'lists'), join(work, 'archives')];
  for (const folder of [lists, archives]) mkdirSync(join(folder, 'partial'), { recursive: true });
  const options = [
    '-o',
    `Dir::State::Lists=${lists}`,
    '-o',
    `Dir::Cache=${work}`,
    '-o',
    `Dir::Cache::Archives=${archives}`,
  ];
  await execute('apt-get', [...options, 'update']);
  return options;
}

/** LD_LIBRARY_PATH for the programs of an unpacked package: its `usr/lib/<machine>` and `lib/<machine>`. */
export function findUnpackedLibraries(folder: string): string {
  const folders = ['usr/lib', 'lib'].map((name) => join(folder, name)).filter((path) => existsSync(path));
  return folders.flatMap((path) => readdirSync(path).map((name) => join(path, name))).join(delimiter);
}
