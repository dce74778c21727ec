import type { AppDetails } from '@pics/database';
import { describeLedgerRow } from '../words/app-fields.ts';

/** Says that an app is neither stored nor in the ledger, and what to do. */
export function explainUnknownApp(appid: number): string {
  return `Nothing is known of app ${appid}. ${howToFetch(appid)}`;
}

function howToFetch(appid: number): string {
  return `Fetch it with: pics sync --appids ${appid}`;
}

/** Explains why no document of an app is stored, and what to do. */
export function explainNoDocument(appid: number, details: AppDetails | undefined): string {
  if (!details) return explainUnknownApp(appid);
  const fetchIt = howToFetch(appid);
  // The row of an app that another program stored.
  if (!details.ledger) return `App ${appid} was never asked for. ${fetchIt}`;
  if (details.ledger.picsChangeNumber !== null) {
    const restricted =
      details.app?.picsAccess === 'restricted' ? ', or Steam sent nothing of it without an access token' : '';
    return (
      `No document of app ${appid} is stored, only its rows: they were written with DOCUMENTS=off ` +
      `or by an older version${restricted}. ${fetchIt}`
    );
  }
  const { word, detail } = describeLedgerRow(details.ledger, new Date());
  if (word === 'unknown') return `Steam knows no app ${appid}, or shows it to nobody.`;
  if (word === 'failed')
    return `App ${appid} failed ${detail}. Retry it with: pics requeue --appids ${appid}`;
  if (word === 'not asked for') return `App ${appid} was never asked for. ${fetchIt}`;
  return `Nothing of app ${appid} is stored yet: it is ${word}${detail && `, ${detail}`}.`;
}
