import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';

export const doctorCommand = defineCommand(
  'doctor',
  'Look at Postgres, Redis, Steam, budget and clocks, and say what to do',
  [
    ['doctor', 'exits with 1 when something does not work'],
    ['doctor --json | jq \'.findings[] | select(.level != "fine")\'', 'what needs looking after'],
  ],
).action(async (options: CommonOptions) => {
  const { showDoctor } = await import('../doctor/show-doctor.ts');
  process.exitCode = await showDoctor(options);
});
