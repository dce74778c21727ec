import { readCommandLine } from './command-line.ts';
import { startSimulator } from './start-simulator.ts';

const simulator = await startSimulator(readCommandLine(process.argv));
process.stdout.write(`${JSON.stringify(simulator.addresses)}\n`);
const stop = () => void simulator.close().then(() => process.exit(0));
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
