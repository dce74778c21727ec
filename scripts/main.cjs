#!/usr/bin/env node
/*
 * Every `src/main.ts` is a symbolic link to this file, which starts the `entry.ts` beside the link.
 *
 * A Node that is too old for TypeScript refuses a .ts file before it reads it, with an error that does not say what to do.
 * It follows links first, though, and this file is JavaScript that any Node from 18 on runs. It is CommonJS, because no
 * package.json but its extension decides how it is read.
 */
// As process 1 of a container, Node ignores SIGTERM until something listens. A program that still loads has nothing to lose;
// once it listens itself, it decides.
process.on('SIGTERM', () => {
  if (process.listenerCount('SIGTERM') === 1) process.exit(143);
});

const { readlinkSync } = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

/** The main.ts that was started: the command line may name another link that leads to it. */
function findLink() {
  let link = path.resolve(process.argv[1] ?? '');
  while (path.basename(link) !== 'main.ts') link = path.resolve(path.dirname(link), readlinkSync(link));
  return link;
}

async function start() {
  const { isNewEnough, OLDEST_NODE } = await import('./node-version.mjs');
  if (isNewEnough()) return import(pathToFileURL(path.join(path.dirname(findLink()), 'entry.ts')).href);
  console.error(
    `This program needs Node ${OLDEST_NODE} or newer, and this is Node ${process.versions.node}: ` +
      'install that (nvm, fnm or a system package), or use npm start and ./pics, which run with any Node from 18 on.',
  );
  process.exitCode = 1;
}

void start();
