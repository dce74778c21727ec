import type { AppRecord, DeckReport } from '@pics/core';
import type { LinkChanges } from './diff-links.ts';
import type { Settlement } from './settle.ts';

/** An app that is stored already. */
export interface KnownApp {
  record: AppRecord;
  /** Links of it are added, changed or removed. */
  linksChange: boolean;
}

/** An app with a Steam Deck report. */
export interface DeckChange {
  appid: number;
  deck: DeckReport;
}

/** Everything that one write is to change, or to compare and leave as it is. */
export interface Changes {
  /** Apps that are not stored yet. */
  fresh: AppRecord[];
  known: KnownApp[];
  decks: DeckChange[];
  /** Apps of which Steam says that they have no Steam Deck report. */
  withoutDeck: number[];
  /** By family, in the order of `LINK_FAMILIES`. */
  links: LinkChanges[];
  /** Apps of which any link is added, changed or removed. */
  touched: readonly number[];
  /** The ids that links are added to, each of them once, by family. */
  parentIds: readonly (readonly number[])[];
  /** Whether this write checks foreign keys by itself; see `parentParts`. */
  checksParents: boolean;
  /** Apps that Steam does not know. */
  unknown: number[];
  settlements: Settlement[];
  batchId: string;
}

/** Parts of the statement that writes, by name: each is a statement of its own, and sees none of what the others do. */
export type Parts = Record<string, string>;
