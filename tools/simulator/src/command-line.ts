import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { faultSchema, type FaultInput } from './faults/fault.ts';
import { simulatorOptionsSchema, type SimulatorInput } from './options.ts';

function number(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('Expected a number.');
  return Number(text);
}

/** Parses one value of a fault: a number, true or false, a list joined by +, or a word. */
function value(key: string, text: string): unknown {
  if (key === 'appids') return text.split('+').map(Number);
  if (key === 'requests') return text.split('+');
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Parses `kind:key=value,key=value` and adds it to the previous faults. */
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
  .option('--apps <count>', 'generate this many apps', number)
  .option('--catalog <dir>', 'serve recorded apps: index.tsv next to apps/APPID/CHANGE.vdf')
  .option('--replay', 'release the recorded versions one change number at a time')
  .option(
    '--replay-start <count>',
    'how many of the oldest versions exist when a replay starts (600)',
    number,
  )
  .option(
    '--replay-per-second <count>',
    'how many versions a replay releases by itself (0: on demand)',
    number,
  )
  .option('--seed <number>', 'the seed of the generated catalogue, its changes and the faults (1)', number)
  .option('--changes-per-minute <count>', 'how many generated apps change by themselves (0)', number)
  .option(
    '--token-apps <share>',
    'the share of apps that need an access token, in addition to those that need one anyway (0)',
    number,
  )
  .option(
    '--granted-tokens <share>',
    'the share of those for which an anonymous session is granted it (0.1)',
    number,
  )
  .option('--rotate-tokens-seconds <seconds>', 'how often all tokens are replaced (never)', number)
  .option(
    '--window <numbers>',
    'how many change numbers the feed remembers (5000; all of them in a replay)',
    number,
  )
  .option('--package-window <numbers>', 'the same for packages, if different', number)
  .option('--port <port>', 'the port for clients; 0 for any free port (0)', number)
  .option('--control-port <port>', 'the port of the control API; 0 for any free port (0)', number)
  .option('--host <host>', '127.0.0.1, ::1 or localhost (127.0.0.1)')
  .option('--name <host>', 'listen on every address, for clients that connect to this host name')
  .option('--cert-dir <dir>', 'the folder for ca.pem (a temporary one)')
  .option('--state-dir <dir>', 'a folder for certificate and changes, so that a restart continues there')
  .option('--latency-ms <ms>', 'the delay of every response (0)', number)
  .option(
    '--max-requests-per-second <count>',
    'the limit above which product info requests are refused',
    number,
  )
  .option('--heartbeat-seconds <seconds>', 'the heartbeat interval for clients (9)', number)
  .option('--logon-deadline-ms <ms>', 'how long a client may stay connected without a logon (30000)', number)
  .option('--part-bytes <bytes>', 'the size at which a new part of a response begins (1000000)', number)
  .option('--part-entries <count>', 'the number of entries at which a new part begins (5000)', number)
  .option('--cache-bytes <bytes>', 'the size of the cache of encoded apps (64000000)', number)
  .option('--warm', 'fill that cache before the first client can connect')
  .option(
    '--fault <kind[:key=value,…]>',
    'arm a fault, such as late-answer:ms=500,probability=0.1 or no-answer:appids=440+570; repeatable',
    fault,
    [],
  )
  .showHelpAfterError('(see --help)')
  // A failure while running exits with 1.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

/**
 * Parses the command line. An invalid one prints what is expected and exits with 2.
 *
 * @param argv as in `process.argv`.
 */
export function readCommandLine(argv: readonly string[]): SimulatorInput {
  const { fault: faults, ...options } = program.parse([...argv]).opts();
  const result = simulatorOptionsSchema.safeParse({ ...options, faults });
  if (!result.success) return program.error(`error: ${z.prettifyError(result.error)}`);
  return result.data;
}
