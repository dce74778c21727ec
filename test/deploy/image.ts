import { cpSync, globSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** The parts of the Dockerfile that tests check without Docker. */
export interface Image {
  /** Base images: `node:24.21.0-bookworm-slim`. */
  bases: string[];
  /** Copies from this repository into the image of the services, in order; paths relative to both roots. */
  copies: { sources: string[]; target: string }[];
  /** The command that installs the dependencies. */
  install: string[];
  user: string;
  command: string[];
}

/**
 * Reads the Dockerfile: its last stage is the image of the services, and what it copies from the stage `dependencies`.
 *
 * @throws Error at an unknown instruction: these tests must then take it into account.
 */
export function readImage(): Image {
  const image: Image = { bases: [], copies: [], install: [], user: '', command: [] };
  const stages = new Set<string>();
  let stage = '';
  const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').split('\n');
  for (const line of lines.filter((line) => line && !line.startsWith('#'))) {
    const [instruction, ...words] = line.split(' ');
    const text = words.join(' ');
    if (instruction === 'FROM') {
      if (!stages.has(words[0] ?? '')) image.bases.push(words[0] ?? '');
      stage = words[2] ?? '';
      stages.add(stage);
    } else if (
      !['LABEL', '', 'WORKDIR', 'ENV', 'EXPOSE', 'RUN', 'COPY', 'USER', 'CMD'].includes(instruction ?? '')
    ) {
      throw new Error(`unknown instruction: ${line}`);
    }
    if (stage.startsWith('simulator')) continue;
    if (instruction === 'COPY' && !words[0]?.startsWith('--from=')) {
      image.copies.push({ sources: words.slice(0, -1), target: words.at(-1) ?? '' });
    } else if (instruction === 'RUN' && words[0] === 'pnpm')
      image.install = words.slice(0, words.indexOf('&&'));
    else if (instruction === 'USER') image.user = text;
    else if (instruction === 'CMD') image.command = JSON.parse(text) as string[];
  }
  return image;
}

/** Returns whether .dockerignore includes this path, relative to the root. Later lines override earlier ones. */
export function isInBuildContext(path: string): boolean {
  let included = true;
  for (const line of readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = line.replace(/^!/, '');
    if (matches(path, pattern)) included = line.startsWith('!');
  }
  return included;
}

/** A pattern matches a path and everything below it. */
function matches(path: string, pattern: string): boolean {
  const source = pattern
    .replaceAll('.', String.raw`\.`)
    .replaceAll('**/', '(?:.*/)?')
    .replaceAll(/(?<!\.)\*/g, '[^/]*');
  return new RegExp(`^${source}(?:/|$)`).test(path);
}

/** Copies the image's files into a folder, as `docker build` does to /app before it installs the dependencies. */
export function copyWorkspace(folder: string): void {
  for (const { sources, target } of readImage().copies) {
    for (const source of sources) {
      const isFolder = statSync(join(ROOT, source)).isDirectory();
      const files = isFolder ? listFiles(source) : [source];
      for (const file of files.filter(isInBuildContext)) {
        const to = join(folder, target, isFolder ? relative(source, file) : basename(file));
        mkdirSync(dirname(to), { recursive: true });
        cpSync(join(ROOT, file), to, { verbatimSymlinks: true });
      }
    }
  }
}

/** Every file and link below a folder of this repository, without those of dependencies. */
function listFiles(folder: string): string[] {
  const entries = globSync(`${folder}/**`, {
    cwd: ROOT,
    withFileTypes: true,
    exclude: ({ name }) => name === 'node_modules',
  });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)));
}
