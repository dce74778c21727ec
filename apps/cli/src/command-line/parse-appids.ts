import { LARGEST_INTEGER } from '@pics/core';
import { InvalidArgumentError } from 'commander';

/** What an argument says are ids of apps: "440,570", with blanks or without. */
export function parseAppids(text: string): number[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) throw new InvalidArgumentError('It must name at least one app, such as 440.');
  return words.map((word) => {
    const appid = findAppid(word);
    if (appid === undefined)
      throw new InvalidArgumentError(`"${word}" is not the id of an app, such as 440.`);
    return appid;
  });
}

/** The id that a text is; undefined when it is none. */
export function findAppid(text: string): number | undefined {
  const appid = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return appid <= LARGEST_INTEGER ? appid : undefined;
}
