/** The part of a socket that names its other end. */
interface Remote {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

/**
 * Peers of connections (sockets, HTTP/2 sessions), noted as they come: a socket forgets its other end when it closes, and
 * that is when most is to be said about it.
 */
const noted = new WeakMap<object, string>();

/** Notes whom a connection belongs to. */
export function notePeer(connection: object, peer: string): void {
  noted.set(connection, peer);
}

/** Address of a connection's other end, also after it has closed. */
export function peerOf(connection: (Remote & object) | undefined): string {
  if (connection === undefined) return unknownPeer;
  return noted.get(connection) ?? peerAddress(connection);
}

const unknownPeer = "unknown";

/** `127.0.0.1:51234` or `[::1]:51234`; an IPv4 address that came through an IPv6 listener is shown as IPv4. */
export function peerAddress(remote: Remote): string {
  const address = remote.remoteAddress;
  if (address === undefined) return unknownPeer;
  const host = address.startsWith("::ffff:") ? address.slice(7) : address;
  return host.includes(":") ? `[${host}]:${remote.remotePort}` : `${host}:${remote.remotePort}`;
}

/** The host of a peer address, which stays the same over its connections. */
export function peerHost(peer: string): string {
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}
