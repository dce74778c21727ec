import type { ExtendedSection } from '@pics/core';
import type { Extended } from './app-info.ts';
import { toFlag, toId, toText } from './column-values.ts';

/** The fields of `extended`, all null and empty without one. */
export function extractExtended(extended: Extended | undefined): ExtendedSection {
  return {
    /** extended.isfreeapp; unknown without an `extended`. */
    isFree: extended ? toFlag(extended.isfreeapp) : null,
    /** extended.homepage, else developer_url; some lack a scheme, and are stored without. */
    homepageUrl:
      toText(extended?.homepage, 'extended.homepage') ??
      toText(extended?.developer_url, 'extended.developer_url'),
    /** extended.state, "eStateAvailable" or another of Steam's words. */
    appState: toText(extended?.state, 'extended.state'),
    dlcAppids: extractDlc(extended?.listofdlc),
  };
}

/** `extended.listofdlc`, a comma list in which items may be empty or name apps that do not exist; each once, in Steam's order. */
function extractDlc(listofdlc: Extended['listofdlc']): number[] {
  const list = toText(listofdlc, 'extended.listofdlc');
  if (list === null) return [];
  const appids = new Set<number>();
  for (const item of list.split(',')) {
    const appid = toId(item);
    if (appid !== null) appids.add(appid);
  }
  return [...appids];
}
