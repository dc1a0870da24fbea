import t from "tap";
import { connectionTrouble } from "../../../src/net/client/connection-trouble.ts";
import { errorTrail } from "../../../src/net/client/system-error-text.ts";

const grpc = { address: "backend:4317", protocol: "gRPC", isTls: true } as const;
const http = { address: "backend:4318", protocol: "HTTP", isTls: false } as const;

t.test("connectionTrouble() tells the reason and the key to change", (t) => {
  const cases: readonly (readonly [text: string, reason: RegExp])[] = [
    ["connect ECONNREFUSED 10.0.0.1:4317", /connection refused, check that the backend runs/],
    ["getaddrinfo ENOTFOUND backend", /host name not found/],
    ["getaddrinfo EAI_AGAIN backend", /host name not found/],
    ["connect ETIMEDOUT 10.0.0.1:4317", /timed out/],
    ["connect EHOSTUNREACH 10.0.0.1:4317", /no route to host/],
    ["connect ENOENT /run/x.sock", /no such socket/],
    ["DEPTH_ZERO_SELF_SIGNED_CERT self-signed certificate", /not trusted.*tls::ca_file/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE unable to verify the first certificate", /not trusted/],
    ["CERT_HAS_EXPIRED certificate has expired", /expired/],
    ["ERR_TLS_CERT_ALTNAME_INVALID Hostname/IP does not match certificate's altnames", /another name/],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED tlsv13 alert certificate required", /wants a client certificate/],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA tlsv1 alert unknown ca", /does not accept our TLS handshake/],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION tlsv1 alert protocol version", /no TLS version in common/],
    ["error:0A00010B:SSL routines::wrong version number", /does not speak TLS, set "tls::insecure: true"/],
    ["socket hang up", /closed by the peer/],
  ];
  for (const [text, reason] of cases) t.match(connectionTrouble(grpc, text), reason, text);
  t.match(connectionTrouble(http, "read ECONNRESET"), /if it wants TLS, write https:\/\/ in the endpoint/);
  t.end();
});

t.test("connectionTrouble() keeps to one line of a text that it does not know", (t) => {
  t.equal(connectionTrouble(http, "a\n  b\tc"), "Cannot reach backend:4318: a b c");
  t.equal(connectionTrouble(http, ""), "Cannot reach backend:4318: connection failed");
  t.ok(connectionTrouble(http, "x".repeat(10_000)).length < 400);
  t.end();
});

t.test("errorTrail() finds codes in causes and in several tries at once", (t) => {
  const refused = Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" });
  t.match(errorTrail(new Error("fetch failed", { cause: refused })), /fetch failed ECONNREFUSED/);
  t.match(errorTrail(new AggregateError([refused], "")), /ECONNREFUSED/);
  const circle = new Error("round");
  circle.cause = circle;
  t.ok(errorTrail(circle).length < 100);
  t.equal(errorTrail("text"), "text");
  t.end();
});
