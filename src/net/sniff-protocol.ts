export type SniffedProtocol = "http1" | "http2" | "tls" | "undecided";

/** Start of every HTTP/2 connection with prior knowledge (RFC 9113, section 3.4); no HTTP/1.1 request starts with it. */
const prefaceStart = [0x50, 0x52, 0x49, 0x20]; // "PRI "
/** First byte of a TLS record that holds a handshake. */
const tlsHandshake = 0x16;

/** What a connection speaks, by its first bytes. `undecided` asks for more of them; four always suffice. */
export function sniffProtocol(head: Uint8Array): SniffedProtocol {
  if (head.length === 0) return "undecided";
  if (head[0] === tlsHandshake) return "tls";
  for (const [index, byte] of prefaceStart.entries()) {
    if (index >= head.length) return "undecided";
    if (head[index] !== byte) return "http1";
  }
  return "http2";
}
