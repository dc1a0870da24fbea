import t from "tap";
import { peerAddress, peerHost } from "../../src/net/peer-address.ts";

const table: readonly [string | undefined, number | undefined, string, string][] = [
  ["127.0.0.1", 51_234, "127.0.0.1:51234", "127.0.0.1"],
  ["::ffff:10.1.2.3", 80, "10.1.2.3:80", "10.1.2.3"],
  ["::1", 51_234, "[::1]:51234", "[::1]"],
  [undefined, undefined, "local", "local"],
];

t.test("peerAddress() and peerHost() name the other end", (t) => {
  for (const [remoteAddress, remotePort, address, host] of table) {
    t.equal(peerAddress({ remoteAddress, remotePort }), address);
    t.equal(peerHost(address), host);
  }
  t.end();
});
