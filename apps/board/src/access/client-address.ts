import type { Request } from 'express';

/** No address is longer, with a zone and a port. */
const MAX_LENGTH = 64;

/**
 * The address a request comes from: of the connection, or, when a proxy in BOARD_TRUSTED_PROXIES made the connection, the
 * last entry of X-Forwarded-For that no trusted proxy has. The entries before it come from outside and can be forged.
 */
export function findClientAddress(request: Pick<Request, 'ip'>): string {
  // A socket that accepts IPv6 and IPv4 shows an IPv4 address as ::ffff:192.0.2.1.
  return (request.ip ?? '').replace(/^::ffff:(?=\d+\.)/i, '').slice(0, MAX_LENGTH);
}

/** The network that one client can choose its addresses from: an IPv6 client has a /64 for itself. */
export function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  return address.split('::', 1)[0]?.split(':').slice(0, 4).join(':') ?? '';
}
