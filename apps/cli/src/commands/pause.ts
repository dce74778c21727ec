import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';

export const pauseCommand = defineCommand(
  'pause',
  'Send nothing more to Steam; changes are still recorded, and wait',
  [['pause', 'what is queued already, some seconds of work, is still done']],
).action(async (options: CommonOptions) => {
  const { steerFleet } = await import('../steering/steer-fleet.ts');
  await steerFleet(
    { paused: true },
    options,
    () => 'Paused. Changes are recorded and wait; go on with: pics resume',
  );
});
