import type { lookup } from 'node:dns';
import { BlockList, isIPv6, type LookupFunction } from 'node:net';

/** Everything in IPv4 that is private, local, reserved or no host (RFC 6890): loopback, CGNAT, metadata services, multicast … */
const NOT_PUBLIC_IPV4: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** In IPv6 only global unicast addresses are public … */
const GLOBAL_IPV6: [network: string, prefix: number] = ['2000::', 3];

/** … without Teredo and its like, documentation, and 6to4, whose addresses contain IPv4 addresses. */
const NOT_PUBLIC_IPV6: [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const notPublic = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_IPV4) notPublic.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of NOT_PUBLIC_IPV6) notPublic.addSubnet(network, prefix, 'ipv6');
const globalIpv6 = new BlockList();
globalIpv6.addSubnet(...GLOBAL_IPV6, 'ipv6');

/** A name, perhaps with a port. Its last label begins with a letter, which no spelling of an IPv4 address does. */
const NAME_AND_PORT =
  /^((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?)(?::(\d{1,5}))?$/i;

const HTTPS_PORT = 443;

/** Whether an IP address belongs to a host on the internet. */
export function isPublicAddress(address: string): boolean {
  if (isIPv6(address)) return globalIpv6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
  return !notPublic.check(address, 'ipv4');
}

/**
 * The host of bodies over HTTP, which a server of Steam names: it must not lead this process to hosts that only this process
 * can reach. Allowed are names, whose addresses are public, at port 443. One more address is allowed, at any port: that of
 * the CM itself, to which there is a connection already. The simulator serves its bodies there.
 */
export class BodyHost {
  readonly name: string;
  readonly #port: number;
  readonly #cmAddress: string | undefined;

  private constructor(name: string, port: number, cmAddress: string | undefined) {
    this.name = name;
    this.#port = port;
    this.#cmAddress = cmAddress;
  }

  /** Undefined for anything but a name, perhaps with a port: it could change the rest of a URL, or be an address. */
  static parse(host: string | undefined, cmAddress: string | undefined): BodyHost | undefined {
    const [, name, port] = NAME_AND_PORT.exec(host ?? '') ?? [];
    return name === undefined ? undefined : new BodyHost(name, Number(port ?? HTTPS_PORT), cmAddress);
  }

  url(path: string): string {
    return `https://${this.name}:${this.#port}${path}`;
  }

  /** Whether a connection to this address may be used. */
  allows(address: string | undefined): boolean {
    if (address === undefined) return false;
    return address === this.#cmAddress || (this.#port === HTTPS_PORT && isPublicAddress(address));
  }

  /** A look-up that finds only allowed addresses, so that no connection to another one is tried. */
  lookup(lookUp: typeof lookup): LookupFunction {
    return (name, options, callback) => {
      lookUp(name, { ...options, all: true }, (error, found) => {
        const addresses = error ? [] : found.filter(({ address }) => this.allows(address));
        const [first] = addresses;
        if (error) callback(error, '');
        else if (!first) callback(new Error(`${name} has no address that Steam may name`), '');
        else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    };
  }
}
