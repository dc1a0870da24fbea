import type tls from "node:tls";

/**
 * Node's TLS, loaded when it is needed: that takes 10 ms and 6 MiB, and most collectors speak plain text inside of one
 * machine or network. After the first call it costs nothing.
 */
export function nodeTls(): typeof tls {
  return process.getBuiltinModule("node:tls");
}
