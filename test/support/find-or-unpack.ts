import { unpackDebianPackage } from '@pics/local';

/**
 * Finds a program, or unpacks it into `cache` from the packages of the system and looks again.
 *
 * @param find looks on this machine and in the cache.
 * @param tests what is skipped without it: "Tests with nginx".
 * @returns undefined, after a line that says why, when there is none.
 */
export async function findOrUnpack<Program>(
  find: () => Program | undefined,
  packages: Parameters<typeof unpackDebianPackage>[0],
  cache: string,
  tests: string,
): Promise<Program | undefined> {
  const present = find();
  if (present) return present;
  try {
    await unpackDebianPackage(packages, cache);
  } catch (error) {
    const [reason] = String(error).split('\n');
    console.warn(`${tests} are skipped, it could not be installed: ${reason}`);
    return undefined;
  }
  return find();
}
