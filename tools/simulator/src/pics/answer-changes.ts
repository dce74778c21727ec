import type { Faults } from '../faults/faults.ts';
import { messages } from '../protocol/messages.ts';
import type { Pics } from './pics.ts';

/**
 * Answers "what changed since N" (8901) as one message (8902).
 *
 * `since` 0 returns the current number and nothing else. A `since` that lies further back than the feed's window gets no
 * ids but `force_full_app_update` and `force_full_package_update`, each by its own window, while `force_full_update`
 * stays false, as recorded of the real one.
 */
export function answerChanges(body: Uint8Array, pics: Pics, faults: Faults): Uint8Array {
  const request = messages.changesSinceRequest.decode(body);
  const since = request.since_change_number ?? 0;
  const isSilent = faults.strike('silent-gap') !== undefined;
  const forced = faults.strike('force-full');
  const changed = pics.changesSince(since);
  const noIds = new Map<number, number>();
  const apps = forced?.apps || isSilent ? undefined : changed.apps;
  const packages = forced?.packages || isSilent ? undefined : changed.packages;
  return messages.changesSinceResponse.encode({
    current_change_number: pics.currentChangeNumber,
    since_change_number: since,
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
