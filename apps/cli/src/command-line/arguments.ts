import { LARGEST_INTEGER } from '@pics/core';
import type { ChangesStart } from '@pics/database';
import { findMomentAgo } from '@pics/operations';
import { InvalidArgumentError, type Command } from 'commander';

/** Returns a parser of whole numbers within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** The appid that a text is; undefined when it is none. */
export function findAppid(text: string): number | undefined {
  const appid = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return appid <= LARGEST_INTEGER ? appid : undefined;
}

/** The appid that the argument of a command is; ends the command with exit code 2 when it is none. */
export function requireAppid(text: string, command: Command): number {
  return findAppid(text) ?? command.error(`error: it needs an id, such as 440, not "${text}"`);
}

/** Parses a change number, such as 36002074. */
export function parseChangeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a change number, such as 36002074.');
}

/** Two change numbers; without the second, up to now. */
export interface ChangeRange {
  from: number;
  to: number | undefined;
}

/** Parses `36002074..36009512`, or `36002074..` for now. */
export function parseChangeRange(text: string): ChangeRange {
  const [, from, to] = /^(\d{1,15})(?:\.\.(\d{1,15})?)?$/.exec(text) ?? [];
  if (from !== undefined) return { from: Number(from), to: to === undefined ? undefined : Number(to) };
  throw new InvalidArgumentError(
    'It must be two change numbers, such as 36002074..36009512, or one: 36002074.. compares with now.',
  );
}

/** Parses a list of appids: "440,570", with or without spaces. */
export function parseAppids(text: string): number[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) throw new InvalidArgumentError('It must name at least one app, such as 440.');
  return words.map((word) => {
    const appid = findAppid(word);
    if (appid === undefined) throw new InvalidArgumentError(`"${word}" is not an appid, such as 440.`);
    return appid;
  });
}

/**
 * Parses a moment: an ISO 8601 date or time ("2026-11-22", "2026-11-22T13:05"), in the time zone of this machine unless it
 * names another, or how long ago it was ("90min", "2h", "3d").
 */
export function parseSince(text: string): Date {
  const ago = findMomentAgo(text);
  if (ago) return ago;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00`) : new Date(text);
  // Date accepts much that nobody means as a time, such as "5".
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError(
      'It must be a date, such as 2026-11-22 or 2026-11-22T13:05, or how long ago: 2h, 3d.',
    );
  }
  return time;
}

/** Parses the start of a list of changes: a change number, or a moment (see `parseSince`). */
export function parseChangesStart(text: string): ChangesStart {
  return /^\d+$/.test(text) ? { after: parseChangeNumber(text) } : { from: parseSince(text) };
}
