import type { AppDetails } from '@pics/database';
import { formatAgo, formatDuration } from './format.ts';
import type { State } from './state.ts';

/** An app that another app refers to; its name is null while it is not known. */
export interface AppReference {
  id: number;
  name: string | null;
}

/** A field of an app under its label. A page turns dates and references into its own kind of text or link. */
export interface Field {
  label: string;
  value: string | number | Date | readonly AppReference[];
}

/** Lists what is stored of an app, in the order in which people look for it; fields without a value are left out. */
export function listStoredFields(details: AppDetails): Field[] {
  const { app, parent, deck, developers, publishers, franchises, tags, genres, categories, dlc } = details;
  if (!app) return [];
  return fieldsOf([
    ['Developers', developers.join(', ')],
    ['Publishers', publishers.join(', ')],
    ['Franchises', franchises.join(', ')],
    ['Belongs to', parent && [parent]],
    ['Released', app.steamReleaseDate],
    ['First released', app.originalReleaseDate],
    ['Release state', app.releaseState],
    ['Free', app.isFree === null ? null : app.isFree ? 'yes' : 'no'],
    ['Platforms', app.platforms],
    ['Controller', app.controllerSupport],
    ['Reviews', app.picsReviewPercentage === null ? null : `${app.picsReviewPercentage} % positive`],
    ['Review score', app.picsReviewScore === null ? null : `${app.picsReviewScore} of 9`],
    ['Metacritic', app.metacriticScore],
    ['Steam Deck', deck && (deck.status ?? 'unknown')],
    ['Deck tested', deck?.testTimestamp],
    ['Deck notes', details.deckTests.join('; ')],
    ['Tags', listNames(tags)],
    ['Genres', listNames(genres)],
    ['Categories', listNames(categories)],
    ['Languages', app.languages && Object.keys(app.languages).join(', ')],
    ['Content descriptors', details.contentDescriptors.join(', ')],
    ['Build', app.currentBuildId],
    ['Last content update', app.lastContentUpdate],
    ['State', app.appState],
    ['Homepage', app.homepageUrl],
    ['Metacritic page', app.metacriticUrl],
    ['DLC', dlc],
    ['First stored', app.createdAt],
    ['Last changed', app.updatedAt],
  ]);
}

type LedgerRow = NonNullable<AppDetails['ledger']>;

/** The state of an app in the ledger. */
export function describeLedgerRow(row: LedgerRow, now: Date): State {
  const { failedAt, lastError, batchId, dispatchedAt, attempts, notBefore } = row;
  const { wantedChangeNumber: wanted, settledChangeNumber: settled } = row;
  if (failedAt) {
    const detail = `${formatAgo(failedAt, now)}: ${lastError ?? 'no reason was recorded'}`;
    return { level: 'bad', word: 'failed', detail };
  }
  if (batchId !== null) {
    const detail = dispatchedAt ? `dispatched ${formatAgo(dispatchedAt, now)}` : '';
    return { level: 'busy', word: 'in flight', detail };
  }
  if (settled !== null && settled >= (wanted ?? 0) && row.picsChangeNumber === null) {
    return { level: 'quiet', word: 'unknown', detail: 'Steam does not know this app' };
  }
  if (wanted === null && settled === null) {
    return { level: 'quiet', word: 'not asked for', detail: '' };
  }
  if (wanted === null || (settled !== null && settled >= wanted)) {
    return { level: 'good', word: 'settled', detail: '' };
  }
  const waitMs = (notBefore?.getTime() ?? 0) - now.getTime();
  const details = [
    lastError,
    attempts > 0 && `after ${attempts} attempts`,
    waitMs > 0 && `next attempt in ${formatDuration(waitMs)}`,
  ];
  return { level: 'busy', word: 'wanted', detail: details.filter(Boolean).join(', ') };
}

/** Lists the numbers and times of an app's ledger row; the state itself is `describeLedgerRow`. */
export function listLedgerFields(row: LedgerRow): Field[] {
  return fieldsOf([
    ['Attempts', row.attempts || null],
    ['Wanted up to change', row.wantedChangeNumber],
    ['Settled up to change', row.settledChangeNumber],
    ['Stored as of change', row.picsChangeNumber],
    ['Last response', row.lastPicsSync],
    ['Batch', row.batchId],
    ['Access token', row.tokenState],
  ]);
}

function fieldsOf(
  pairs: readonly (readonly [label: string, value: Field['value'] | null | undefined])[],
): Field[] {
  return pairs.flatMap(([label, value]) => {
    const isEmpty =
      value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    return isEmpty ? [] : [{ label, value }];
  });
}

/** The names of tags, genres or apps; an id where no name is known. */
export function listNames(named: readonly AppReference[]): string {
  return named.map(({ id, name }) => name ?? String(id)).join(', ');
}
