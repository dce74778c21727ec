import { MalformedMessage, ProtobufReader } from './protobuf-reader.ts';

/** Steam's feed remembers a few thousand changes; a replay of the simulator remembers all of a recorded year. */
const MAX_CHANGES = 500_000;

/** One change of the feed. */
export interface Change {
  id: number;
  changeNumber: number;
  /** An anonymous session only gets a stub of it. */
  needsToken: boolean;
}

/** Steam's response to "what changed since N". Each id appears once, with its newest change number. */
export interface ChangesSince {
  /** The requested number, as Steam echoes it. */
  since: number;
  /** The newest change number there is. */
  current: number;
  apps: Change[];
  packages: Change[];
  /** The three flags by which Steam says "too long ago, fetch everything": with any of them the lists are incomplete. */
  forceFullUpdate: boolean;
  forceFullAppUpdate: boolean;
  forceFullPackageUpdate: boolean;
}

/**
 * Reads a ClientPICSChangesSinceResponse: current_change_number=1, since_change_number=2, force_full_update=3,
 * package_changes=4 and app_changes=5 {id=1, change_number=2, needs_token=3}, force_full_app_update=6,
 * force_full_package_update=7 (steammessages_clientserver_appinfo.proto).
 *
 * All or nothing: half a list of changes would move the cursor past the other half, and a response without a current
 * number would move it back to 0.
 *
 * @throws MalformedMessage when any of it cannot be read.
 */
export function readChangesSinceResponse(body: Buffer): ChangesSince {
  const changes: ChangesSince = {
    since: 0,
    current: 0,
    apps: [],
    packages: [],
    forceFullUpdate: false,
    forceFullAppUpdate: false,
    forceFullPackageUpdate: false,
  };
  const reader = new ProtobufReader(body);
  while (reader.next()) {
    if (changes.apps.length + changes.packages.length > MAX_CHANGES) {
      throw new MalformedMessage(`more than ${MAX_CHANGES} changes`);
    }
    switch (reader.field) {
      case 1:
        changes.current = reader.uint32();
        break;
      case 2:
        changes.since = reader.uint32();
        break;
      case 3:
        changes.forceFullUpdate = reader.bool();
        break;
      case 4:
        changes.packages.push(readChange(reader.message()));
        break;
      case 5:
        changes.apps.push(readChange(reader.message()));
        break;
      case 6:
        changes.forceFullAppUpdate = reader.bool();
        break;
      case 7:
        changes.forceFullPackageUpdate = reader.bool();
        break;
      default:
        reader.skip();
    }
  }
  if (changes.current === 0) throw new MalformedMessage('changes without a current change number');
  return changes;
}

function readChange(reader: ProtobufReader): Change {
  const change: Change = { id: 0, changeNumber: 0, needsToken: false };
  while (reader.next()) {
    if (reader.field === 1) change.id = reader.uint32();
    else if (reader.field === 2) change.changeNumber = reader.uint32();
    else if (reader.field === 3) change.needsToken = reader.bool();
    else reader.skip();
  }
  return change;
}
