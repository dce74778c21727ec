import { UserError } from '@pics/core';
import { stopOnInterrupt } from '@pics/operations';
import { wholeNumber } from '../command-line/arguments.ts';
import { defineCommand, type CommonOptions } from '../command-line/define-command.ts';
import { findLogFolder, listLogs, type LogFile } from '../logs/find-logs.ts';
import { followLogs } from '../logs/follow-logs.ts';
import { formatEntry, toJson } from '../logs/format-entry.ts';
import { readLastEntries, type LogEntry } from '../logs/read-entries.ts';
import { print, printJsonLine } from '../output/print.ts';

interface Options extends CommonOptions {
  follow?: boolean;
  lines: number;
}

/** A screenful. */
const LINES = 40;

export const logsCommand = defineCommand('logs', 'Show what the services of npm start have logged', [
  ['logs', 'the last lines of all services, by time'],
  ['logs fetcher -f', 'those of the fetchers, and every new one until Ctrl-C'],
  ['logs postgres -n 200', 'those of Postgres, which are not among all'],
])
  .argument('[service]', 'producer, fetcher, writer or board; or postgres, redis or simulator')
  .option('-f, --follow', 'go on with every new line')
  .option('-n, --lines <count>', 'how many of the last lines to show', wholeNumber(0, 100_000), LINES)
  .action(async (service: string | undefined, { follow = false, lines, json = false }: Options) => {
    const logs = chooseLogs(listLogs(findLogFolder()), service);
    const width = Math.max(...logs.map(({ name }) => name.length));
    const show = (entry: LogEntry) =>
      json ? printJsonLine(toJson(entry)) : print([formatEntry(entry, logs.length > 1 ? width : 0)]);
    const { entries, ends } = readLastEntries(logs, lines);
    entries.forEach(show);
    if (!follow) return;
    const { signal, stopListening } = stopOnInterrupt();
    await followLogs(logs, ends, show, signal);
    stopListening();
  });

/** These log in their own words and times, so they do not go among the services. */
const SERVERS = ['postgres', 'redis', 'simulator'];

function chooseLogs(logs: readonly LogFile[], service: string | undefined): LogFile[] {
  const chosen = logs.filter(({ name }) =>
    service === undefined
      ? !SERVERS.includes(name)
      : name === service || name.replace(/-\d+$/, '') === service,
  );
  if (chosen.length > 0) return chosen;
  throw new UserError(`There is no log of ${service}, but of: ${logs.map(({ name }) => name).join(', ')}.`);
}
