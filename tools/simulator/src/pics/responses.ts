import type { FaultOf } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import { messages, type AccessTokenRequest, type AccessTokenResponse } from '../protocol/messages.ts';
import type { Pics } from './pics.ts';

/**
 * Builds the response (8902) to a changes request (8901).
 *
 * `since` 0 returns the current number and nothing else. A `since` before the window of the feed gets no ids but
 * `force_full_app_update` or `force_full_package_update`, each by its own window; `force_full_update` stays false, as
 * recorded from Steam.
 */
export function makeChangesResponse(body: Uint8Array, pics: Pics, faults: Faults): Uint8Array {
  const request = messages.changesSinceRequest.decode(body);
  const since = request.since_change_number ?? 0;
  const isSilent = faults.strike('silent-gap') !== undefined;
  const forced = faults.strike('force-full');
  const changed = pics.changesSince(since);
  const impossible = faults.strike('impossible-number');
  const noIds = new Map<number, number>();
  const apps = forced?.apps || isSilent ? undefined : changed.apps;
  const packages = forced?.packages || isSilent ? undefined : changed.packages;
  return messages.changesSinceResponse.encode({
    current_change_number: pics.currentChangeNumber,
    since_change_number: since,
    ...(impossible && makeImpossible(since, impossible)),
    force_full_update: forced?.everything ?? false,
    force_full_app_update: apps === undefined && !isSilent,
    force_full_package_update: packages === undefined && !isSilent,
    app_changes: [...((request.send_app_info_changes && apps) || noIds)].map(([appid, changeNumber]) => ({
      appid,
      change_number: changeNumber,
      needs_token: pics.findApp(appid)?.missingToken ?? false,
    })),
    package_changes: [...((request.send_package_info_changes && packages) || noIds)].map(
      ([packageid, changeNumber]) => ({
        packageid,
        change_number: changeNumber,
        needs_token: pics.findPackage(packageid)?.missingToken ?? false,
      }),
    ),
  });
}

/** How far an impossible number is from the requested one: years of changes. */
const IMPOSSIBLE_DISTANCE = 10_000_000;

function makeImpossible(since: number, { number }: FaultOf<'impossible-number'>): object {
  if (number === 'other-since') return { since_change_number: since + 1 };
  if (number === 'ahead') return { current_change_number: since + IMPOSSIBLE_DISTANCE };
  return { current_change_number: Math.max(since - IMPOSSIBLE_DISTANCE, 0) };
}

/**
 * Builds the response (8906) to an access token request (8905): apps that need no token get 0, others theirs if it is
 * granted, and the rest are denied. A package needs none, or is denied, as for every anonymous session.
 */
export function makeAccessTokenResponse(request: AccessTokenRequest, pics: Pics): Uint8Array {
  const response: Required<AccessTokenResponse> = {
    package_access_tokens: [],
    package_denied_tokens: [],
    app_access_tokens: [],
    app_denied_tokens: [],
  };
  for (const appid of request.appids ?? []) {
    const isOpen = pics.findApp(appid)?.missingToken === false;
    const token = isOpen ? '0' : pics.tokens.isGranted(appid) ? pics.findToken(appid) : undefined;
    if (token === undefined) response.app_denied_tokens.push(appid);
    else response.app_access_tokens.push({ appid, access_token: token });
  }
  for (const packageid of request.packageids ?? []) {
    if (pics.findPackage(packageid)?.missingToken === false)
      response.package_access_tokens.push({ packageid, access_token: '0' });
    else response.package_denied_tokens.push(packageid);
  }
  return messages.accessTokenResponse.encode(response);
}

/**
 * Builds the response to `Store.GetLocalizedNameForTags#1`. Tags without a name are left out, and a language that Steam
 * does not know gets no names; here all other languages get English names.
 */
export function makeTagNamesResponse(body: Uint8Array, tagNames: ReadonlyMap<number, string>): Uint8Array {
  const { language = '', tagids = [] } = messages.tagNamesRequest.decode(body);
  const tags: { tagid: number; english_name: string; name: string }[] = [];
  for (const tagid of language === '' ? [] : tagids) {
    const name = tagNames.get(tagid);
    if (name !== undefined) tags.push({ tagid, english_name: name, name });
  }
  return messages.tagNamesResponse.encode({ tags });
}
