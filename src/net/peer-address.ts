/** The part of a socket that names its other end. */
interface Remote {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * `127.0.0.1:51234` or `[::1]:51234`; an IPv4 address that came through an IPv6 listener is shown as IPv4. `local` for a
 * Unix socket, and for a connection that is gone already.
 */
export function peerAddress(remote: Remote): string {
  const address = remote.remoteAddress;
  if (address === undefined) return "local";
  const host = address.startsWith("::ffff:") ? address.slice(7) : address;
  return host.includes(":") ? `[${host}]:${remote.remotePort}` : `${host}:${remote.remotePort}`;
}

/** The host of a peer address, which stays the same over its connections. */
export function peerHost(peer: string): string {
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}
