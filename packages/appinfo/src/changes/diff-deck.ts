import { type AppRecord, type Changes, deckColumns, type DeckReport, type Json } from '@pics/core';
import { isDeepStrictEqual } from 'node:util';
import { rowJson } from './column-json.ts';

/** The report for Steam Deck before and after, as a whole: its parts mean nothing one by one. */
export function diffDeck(old: AppRecord, next: AppRecord): Changes {
  if (!next.common) return {};
  const [before, after] = [old.common?.deck ?? null, next.common.deck];
  if (isDeepStrictEqual(contentOf(before), contentOf(after))) return {};
  return { deck: { old: deckJson(before), new: deckJson(after) } };
}

function deckJson(report: DeckReport | null): Json {
  return report && rowJson(deckColumns(report));
}

/** The content of a report: the order of its tests does not matter, and an empty report counts as none. */
function contentOf(report: DeckReport | null): unknown {
  if (!report || Object.values(report).every((value) => value === null)) return null;
  return { ...report, tests: report.tests?.map((test) => JSON.stringify(test)).sort() };
}
