import { startLean } from '../start-lean.ts';

/** Tells how it was started, or ends as it is told. */
const run = async () => {
  const { pid, execArgv, env } = process;
  const [, , ...args] = process.argv;
  if (args[0] === 'exit') process.exit(Number(args[1]));
  console.log(JSON.stringify({ pid, execArgv, args, env }));
};

await startLean(async () => ({ run }));
