import { plainJson, plainLines } from '@pics/core';

/** Writes lines to stdout. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Writes one value to stdout as JSON that people can read as well; times are ISO 8601 in UTC. */
export function printJson(value: unknown): void {
  process.stdout.write(`${plainJson(value, 2)}\n`);
}

/** Writes one value to stdout as one line of JSON, for commands that keep printing. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${plainJson(value)}\n`);
}

/** Writes a note to stderr, so that it never gets into what a script reads. */
export function printNote(note: string): void {
  process.stderr.write(`${note}\n`);
}

/** Writes a body of Steam to stdout: byte for byte into a pipe, and without control characters on a terminal. */
export function printBody(body: Uint8Array): void {
  process.stdout.write(process.stdout.isTTY ? plainLines(new TextDecoder().decode(body)) : body);
}
