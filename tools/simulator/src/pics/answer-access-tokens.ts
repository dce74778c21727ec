import { messages } from '../protocol/messages.ts';
import type { Pics } from './pics.ts';

/**
 * Answers a request for access tokens (8905) as one message (8906): apps that need none get the token 0, some that do get
 * theirs, and the rest is denied, as most is to an anonymous session.
 */
export function answerAccessTokens(body: Uint8Array, pics: Pics): Uint8Array {
  const request = messages.accessTokenRequest.decode(body);
  const appTokens: { appid: number; access_token: string }[] = [];
  const deniedApps: number[] = [];
  for (const appid of request.appids ?? []) {
    const isOpen = pics.findApp(appid)?.missingToken === false;
    const token = isOpen ? '0' : pics.findTokenApp(appid)?.token;
    if (token === undefined) deniedApps.push(appid);
    else appTokens.push({ appid, access_token: token });
  }
  const packageTokens: { packageid: number; access_token: string }[] = [];
  const deniedPackages: number[] = [];
  for (const packageid of request.packageids ?? []) {
    if (pics.findPackage(packageid)?.missingToken === false)
      packageTokens.push({ packageid, access_token: '0' });
    else deniedPackages.push(packageid);
  }
  return messages.accessTokenResponse.encode({
    package_access_tokens: packageTokens,
    package_denied_tokens: deniedPackages,
    app_access_tokens: appTokens,
    app_denied_tokens: deniedApps,
  });
}
