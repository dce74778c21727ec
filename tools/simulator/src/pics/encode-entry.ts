import { createHash } from 'node:crypto';
import type { AppVersion, PackageVersion } from '../catalogue/catalogue.ts';
import { messages, type AppInfo, type PackageInfo } from '../protocol/messages.ts';

/** How an entry is to look: with its body, or with change number, SHA-1 and size alone. */
export type EntryForm = 'full' | 'metadata';

/**
 * The entry of an app, encoded as a whole response with that one entry: protobuf messages concatenate, so a response of
 * many is put together without touching their bodies again.
 *
 * @param send makes what is sent as the body of that which SHA-1 and size are announced of.
 */
export function encodeApp(
  version: AppVersion,
  form: EntryForm,
  send = (buffer: Buffer) => buffer,
): Uint8Array {
  const { appid, changeNumber, missingToken, onlyPublic } = version;
  const app: AppInfo = {
    appid,
    change_number: changeNumber,
    missing_token: missingToken,
    only_public: onlyPublic,
  };
  const { size, sha } = version.readDigest();
  if (sha) app.sha = sha;
  if (form === 'full') app.buffer = send(version.readBuffer());
  app.size = size;
  return messages.productInfoResponse.encode({ apps: [app] });
}

/** The entry of a package, in the same way; one that needs a token comes without a body. */
export function encodePackage(version: PackageVersion, form: EntryForm): Uint8Array {
  const { packageid, changeNumber, missingToken } = version;
  const entry: PackageInfo = { packageid, change_number: changeNumber, missing_token: missingToken };
  const buffer = version.readBuffer();
  if (buffer.length > 0) {
    // Of what follows the prefix 01 00 00 00.
    entry.sha = createHash('sha1').update(buffer.subarray(4)).digest();
    if (form === 'full') entry.buffer = buffer;
    entry.size = buffer.length;
  }
  return messages.productInfoResponse.encode({ packages: [entry] });
}
