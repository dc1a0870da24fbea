import t from "tap";
import { notePeer, peerAddress, peerHost, peerOf } from "../../src/net/peer-address.ts";

const table: readonly [string | undefined, number | undefined, string, string][] = [
  ["127.0.0.1", 51_234, "127.0.0.1:51234", "127.0.0.1"],
  ["::ffff:10.1.2.3", 80, "10.1.2.3:80", "10.1.2.3"],
  ["::1", 51_234, "[::1]:51234", "[::1]"],
  [undefined, undefined, "unknown", "unknown"],
];

t.test("peerAddress() and peerHost() name the other end", (t) => {
  for (const [remoteAddress, remotePort, address, host] of table) {
    t.equal(peerAddress({ remoteAddress, remotePort }), address);
    t.equal(peerHost(address), host);
  }
  t.end();
});

t.test("peerOf() knows a connection after it has closed", (t) => {
  const socket: { remoteAddress: string | undefined; remotePort: number } = { remoteAddress: "::1", remotePort: 9 };
  notePeer(socket, peerAddress(socket));
  socket.remoteAddress = undefined;
  t.equal(peerOf(socket), "[::1]:9");
  t.equal(peerOf({ remoteAddress: "10.0.0.1", remotePort: 1 }), "10.0.0.1:1");
  t.equal(peerOf(undefined), "unknown");
  t.end();
});
