import { parseArgs } from 'node:util';
import { checks } from './checks.ts';
import { openDocker } from './docker.ts';
import { Project } from './project.ts';
import { provideBaseImages } from './stand-ins.ts';

/**
 * `npm run test:containers`: builds the Dockerfile and runs docker-compose.yml, both as they are, with the simulator in place
 * of Steam. Where there is no Docker engine, one is started; base images that cannot be pulled get stand-ins. The last line
 * is `N passed, N failed`, and the process exits with 1 when a check failed.
 */
const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const startedAt = performance.now();
const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;

const docker = await openDocker();
console.log(
  docker.isOwn
    ? `started a Docker engine in ${seconds(startedAt)}`
    : 'using the Docker engine of this machine',
);
let failed = 0;
try {
  const standIns = await provideBaseImages(docker);
  if (standIns.length > 0) console.log(`made stand-ins for ${standIns.join(', ')} in ${seconds(startedAt)}`);
  const project = await Project.create(docker);
  await project.compose(['down', '--volumes', '--remove-orphans']);
  for (const check of checks) {
    const { name } = check;
    const checkStartedAt = performance.now();
    try {
      const figures = await check.run(project);
      console.log(`passed in ${seconds(checkStartedAt)}: ${name}${figures ? ` (${figures})` : ''}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED in ${seconds(checkStartedAt)}: ${name}\n${(error as Error).message}`);
    }
  }
  if (!values.keep) await project.compose(['down', '--volumes', '--remove-orphans']);
} finally {
  if (!values.keep) await docker.stop();
}
console.log(`took ${seconds(startedAt)}\n${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
