import t from "tap";
import { sniffProtocol } from "../../src/net/sniff-protocol.ts";

const table: readonly [string, string][] = [
  ["", "undecided"],
  ["P", "undecided"],
  ["PR", "undecided"],
  ["PRI", "undecided"],
  ["PRI ", "http2"],
  ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "http2"],
  ["PROPFIND / HTTP/1.1\r\n", "http1"],
  ["PO", "http1"],
  ["POST /v1/traces HTTP/1.1\r\n", "http1"],
  ["GET / HTTP/1.1\r\n", "http1"],
  ["\u0016\u0003\u0001", "tls"],
  ["\u0016", "tls"],
  ["\u0000\u0001", "http1"],
];

t.test("sniffProtocol() decides as early as it can", (t) => {
  for (const [head, protocol] of table) {
    t.equal(sniffProtocol(Buffer.from(head, "latin1")), protocol, JSON.stringify(head));
  }
  t.end();
});
