import type { Json, ValueChange } from '@pics/core';
import { field } from './values-in-words.ts';

const PARTS = { supported: 'interface', full_audio: 'full audio', subtitles: 'subtitles' };

/** Such as `+ german (interface, subtitles), − french, italian: + full audio`. */
export function describeLanguages(languages: Record<string, ValueChange>): string {
  return Object.entries(languages)
    .map(([language, { old, new: next }]) => {
      if (next === null) return `− ${language}`;
      if (old !== null) return `${language}: ${describeParts(old, next)}`;
      const parts = partsOf(next).join(', ');
      return parts ? `+ ${language} (${parts})` : `+ ${language}`;
    })
    .join(', ');
}

function describeParts(old: Json, next: Json): string {
  const [before, after] = [partsOf(old), partsOf(next)];
  const added = after.filter((part) => !before.includes(part)).map((part) => `+ ${part}`);
  const removed = before.filter((part) => !after.includes(part)).map((part) => `− ${part}`);
  return [...added, ...removed].join(' ');
}

function partsOf(support: Json): string[] {
  return Object.entries(PARTS)
    .filter(([name]) => field(support, name) === true)
    .map(([, words]) => words);
}
