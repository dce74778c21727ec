import { readCommandLine } from './command-line.ts';
import { startSimulator } from './start-simulator.ts';

const options = readCommandLine(process.argv);
const simulator = await startSimulator(options).catch((error: Error) => {
  process.stderr.write(`simulator: ${error.message}\n`);
  process.exit(1);
});
process.stdout.write(`${JSON.stringify(simulator.addresses)}\n`);
const stop = () => void simulator.close().then(() => process.exit(0));
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
