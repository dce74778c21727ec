import { reportFailure } from './command-line/report-failure.ts';
import { createProgram } from './program.ts';

// A reader that has seen enough (`pics changes | head`) is no failure.
process.stdout.on('error', () => {});

try {
  const program = await createProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  process.exitCode = await reportFailure(error);
}
