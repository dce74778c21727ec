import { MalformedMessage, ProtobufReader } from './protobuf-reader.ts';

/** Ids may be repeated, and some may not have been requested; so many more than two for each requested one are an attack. */
const SPARE_ENTRIES = 1_000;

/** Steam's response for the requested apps, or for the packages. Each requested id is in exactly one of the three. */
export interface TokenResponse {
  /** The tokens of this session: uint64s as decimal strings, never 0. */
  granted: ReadonlyMap<number, string>;
  /** Ids for which there is no token: Steam denies it, or responds with 0, by which it says that none is needed. */
  denied: number[];
  /** Ids that the response does not mention. */
  unmentioned: number[];
}

/** Steam's response to a request for access tokens. */
export interface AccessTokens {
  apps: TokenResponse;
  packages: TokenResponse;
}

/** The response for one kind of product while it is being read. */
class TokenCollector {
  readonly #granted = new Map<number, string>();
  readonly #open: Set<number>;
  readonly #denied = new Set<number>();

  constructor(ids: Iterable<number>) {
    this.#open = new Set(ids);
  }

  /** Also of an id that was denied before: a token is more than none. */
  grant(id: number, token: bigint): void {
    if (token === 0n) this.deny(id);
    else if (this.#open.delete(id) || this.#denied.delete(id)) this.#granted.set(id, String(token));
  }

  deny(id: number): void {
    if (this.#open.delete(id)) this.#denied.add(id);
  }

  get response(): TokenResponse {
    return { granted: this.#granted, denied: [...this.#denied], unmentioned: [...this.#open] };
  }
}

/**
 * Reads a ClientPICSAccessTokenResponse: package_access_tokens=1 and app_access_tokens=3 {id=1, access_token=2},
 * package_denied_tokens=2, app_denied_tokens=4 (steammessages_clientserver_appinfo.proto). It is one message, without parts.
 *
 * All or nothing: an id behind a damaged place would count as one that Steam grants no token for.
 *
 * @throws MalformedMessage when any of it cannot be read, or has more ids than could have been requested.
 */
export function readAccessTokenResponse(
  body: Buffer,
  appids: ReadonlySet<number>,
  packageids: ReadonlySet<number>,
): AccessTokens {
  const apps = new TokenCollector(appids);
  const packages = new TokenCollector(packageids);
  let entriesLeft = 2 * (appids.size + packageids.size) + SPARE_ENTRIES;
  const countEntry = () => {
    if (--entriesLeft < 0) throw new MalformedMessage('more ids than could have been requested');
  };
  const readGrant = (collector: TokenCollector, reader: ProtobufReader) => {
    countEntry();
    let id = 0;
    let token = 0n;
    while (reader.next()) {
      if (reader.field === 1) id = reader.uint32();
      else if (reader.field === 2) token = reader.uint64();
      else reader.skip();
    }
    collector.grant(id, token);
  };
  const readDenials = (collector: TokenCollector, reader: ProtobufReader) =>
    reader.forEachUint32((id) => {
      countEntry();
      collector.deny(id);
    });

  const reader = new ProtobufReader(body);
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readGrant(packages, reader.message());
        break;
      case 2:
        readDenials(packages, reader);
        break;
      case 3:
        readGrant(apps, reader.message());
        break;
      case 4:
        readDenials(apps, reader);
        break;
      default:
        reader.skip();
    }
  }
  return { apps: apps.response, packages: packages.response };
}
