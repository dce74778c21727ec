import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { faultSchema, type FaultInput } from './faults/fault.ts';
import { simulatorOptionsSchema, type SimulatorInput } from './simulator-options.ts';

function number(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('Expected a number.');
  return Number(text);
}

/** One value of a fault: a number, true or false, a list joined by +, or a word. */
function value(key: string, text: string): unknown {
  if (key === 'appids') return text.split('+').map(Number);
  if (key === 'requests') return text.split('+');
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Reads `kind:key=value,key=value` and adds it to those before. */
function fault(text: string, before: FaultInput[]): FaultInput[] {
  const [kind, ...rest] = text.split(':');
  const pairs = rest.join(':').split(',').filter(Boolean);
  const given = pairs.map((pair) => {
    const [key = '', ...parts] = pair.split('=');
    return [key, value(key, parts.join('='))];
  });
  const result = faultSchema.safeParse({ kind, ...Object.fromEntries(given) });
  if (!result.success) throw new InvalidArgumentError(z.prettifyError(result.error));
  return [...before, result.data];
}

const program = new Command('simulator')
  .description('A Steam CM on this machine: TLS WebSocket, PICS, a catalogue, changes and faults.')
  .option('--apps <count>', 'make up so many apps', number)
  .option('--catalog <dir>', 'serve recorded apps: index.tsv beside apps/APPID/CHANGE.vdf')
  .option('--replay', 'release the recorded versions one change number after the other')
  .option('--replay-start <count>', 'oldest versions that are there when a replay begins (600)', number)
  .option('--replay-per-second <count>', 'versions a replay releases by itself (0: on demand)', number)
  .option(
    '--seed <number>',
    'what the made-up catalogue, its changes and the faults are drawn from (1)',
    number,
  )
  .option('--changes-per-minute <count>', 'apps of a made-up catalogue that change by themselves (0)', number)
  .option('--window <numbers>', 'change numbers the feed remembers (5000; all of them in a replay)', number)
  .option('--package-window <numbers>', 'the same for packages, when it is to differ', number)
  .option('--port <port>', 'for clients; 0 takes a free one (0)', number)
  .option('--control-port <port>', 'for tests and people; 0 takes a free one (0)', number)
  .option('--host <host>', '127.0.0.1, ::1 or localhost (127.0.0.1)')
  .option('--cert-dir <dir>', 'where ca.pem is written (a temporary folder)')
  .option('--latency-ms <ms>', 'how much later every answer comes (0)', number)
  .option('--max-requests-per-second <count>', 'product info requests past which they are refused', number)
  .option('--heartbeat-seconds <seconds>', 'the interval clients are told (9)', number)
  .option('--logon-deadline-ms <ms>', 'how long a client may be connected without a logon (30000)', number)
  .option('--part-bytes <bytes>', 'size at which a part of an answer is closed (1000000)', number)
  .option('--part-entries <count>', 'entries at which a part of an answer is closed (5000)', number)
  .option('--cache-bytes <bytes>', 'encoded apps kept ready (64000000)', number)
  .option('--warm', 'fill that cache before the first client may connect')
  .option(
    '--fault <kind[:key=value,…]>',
    'arm a fault, such as late-answer:ms=500,probability=0.1 or no-answer:appids=440+570; may be given again',
    fault,
    [],
  )
  .showHelpAfterError('(--help says what is expected)')
  // Told apart from a failure while running, which exits with 1.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

/**
 * Reads the command line. A wrong one says what is expected and ends the process with 2.
 *
 * @param argv as in `process.argv`.
 */
export function readCommandLine(argv: readonly string[]): SimulatorInput {
  const { fault: faults, ...options } = program.parse([...argv]).opts();
  const result = simulatorOptionsSchema.safeParse({ ...options, faults });
  if (!result.success) return program.error(`error: ${z.prettifyError(result.error)}`);
  return result.data;
}
