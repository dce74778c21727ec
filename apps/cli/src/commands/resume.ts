import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';

export const resumeCommand = defineCommand('resume', 'Go on after a pause', [
  ['resume', 'what has become wanted meanwhile is fetched now'],
]).action(async (options: CommonOptions) => {
  const { steerFleet } = await import('../steering/steer-fleet.ts');
  await steerFleet({ paused: false }, options, () => 'Going on.');
});
