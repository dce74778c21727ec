import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findUnpackedLibraries, unpackDebianPackage } from '@pics/local';

const CACHE = resolve(import.meta.dirname, '../../.cache/jupyter');
const PYTHON = '/usr/bin/python3';
const PACKAGES = ['python3-nbclient', 'python3-ipykernel', 'python3-pandas'];

/** Runs every cell of a notebook in the folder, in a real kernel, and resolves with the notebook and its outputs. */
export type RunNotebook = (notebook: string, env: Record<string, string>) => Promise<string>;

/** The kernel of this Python, also where another one is on PATH. */
const RUN = `
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
sys.stdout.write(nbformat.writes(notebook))
`;

/**
 * Finds Jupyter and pandas: installed, or unpacked earlier, or unpacked now from the packages of the system (20 MB).
 *
 * @returns undefined, after a line that says why, when there is none.
 */
export async function findJupyter(): Promise<RunNotebook | undefined> {
  try {
    if (!existsSync(PYTHON)) throw new Error(`there is no ${PYTHON}`);
    if (!(await canImport())) await unpackDebianPackage(PACKAGES, CACHE);
    if (!(await canImport())) throw new Error('the packages of the system do not fit its Python');
    return run;
  } catch (error) {
    console.warn(`The notebook is not run, Jupyter could not be installed: ${String(error).split('\n')[0]}`);
    return undefined;
  }
}

const execute = promisify(execFile);

function environment(): Record<string, string> {
  const libraries = existsSync(CACHE) ? findUnpackedLibraries(CACHE) : '';
  // Debian keeps these two in folders that its alternatives lead to.
  const inside = libraries.split(':').flatMap((path) => [path, join(path, 'blas'), join(path, 'lapack')]);
  return {
    PATH: process.env['PATH'] ?? '',
    PYTHONPATH: join(CACHE, 'usr/lib/python3/dist-packages'),
    LD_LIBRARY_PATH: inside.join(':'),
  };
}

async function canImport(): Promise<boolean> {
  const imports = 'import nbclient, ipykernel, pandas';
  return execute(PYTHON, ['-c', imports], { env: environment() }).then(
    () => true,
    () => false,
  );
}

async function run(notebook: string, env: Record<string, string>): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'pics-jupyter-'));
  try {
    const { stdout } = await execute(PYTHON, ['-c', RUN, notebook], {
      cwd: home,
      env: { ...environment(), HOME: home, JUPYTER_PLATFORM_DIRS: '1', ...env },
      maxBuffer: 50_000_000,
    });
    return stdout;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
