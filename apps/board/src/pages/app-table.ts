import type { FoundApp } from '@pics/database';
import { appLink, badge, table } from './elements.ts';
import { html, type Html } from './html.ts';

/** A table of apps: name, type, access and id. */
export function appTable(label: string, apps: readonly FoundApp[]): Html {
  return table(label, ['App', 'Type', ['Access', 'wide'], ['Id', 'number']], apps.map(renderApp));
}

function renderApp({ appid, name, type, picsAccess }: FoundApp): Html {
  const access = picsAccess ?? 'not fetched yet';
  return html`<tr>
    <th scope="row">${appLink(appid, name)}</th>
    <td>${type ?? '–'}</td>
    <td class="wide">${badge(access === 'public' ? 'good' : 'quiet', access)}</td>
    <td class="number">${appid}</td>
  </tr>`;
}
