import t from "tap";
import { ConsumeError } from "../../../src/component/consume-error.ts";
import { answerOutcome } from "../../../src/exporters/otlp-grpc/answer-outcome.ts";
import { codeName, isRetryableCode } from "../../../src/exporters/otlp-grpc/status-table.ts";
import type { GrpcAnswer } from "../../../src/net/client/grpc-answer.ts";
import type { Outcome } from "../../../src/net/client/otlp/outcome.ts";
import { encodeRpcStatus } from "../../../src/net/rpc-status.ts";

const table: readonly (readonly [name: string, isRetryable: boolean, withRetryInfo: boolean])[] = [
  ["OK", false, false],
  ["Canceled", true, true],
  ["Unknown", false, false],
  ["InvalidArgument", false, false],
  ["DeadlineExceeded", true, true],
  ["NotFound", false, false],
  ["AlreadyExists", false, false],
  ["PermissionDenied", false, false],
  ["ResourceExhausted", false, true],
  ["FailedPrecondition", false, false],
  ["Aborted", true, true],
  ["OutOfRange", true, true],
  ["Unimplemented", false, false],
  ["Internal", false, false],
  ["Unavailable", true, true],
  ["DataLoss", true, true],
  ["Unauthenticated", false, false],
];

t.test("isRetryableCode() is the table of the OTLP specification", (t) => {
  for (const [code, [name, isRetryable, withRetryInfo]] of table.entries()) {
    t.equal(codeName(code), name);
    t.equal(isRetryableCode(code, false), isRetryable, name);
    t.equal(isRetryableCode(code, true), withRetryInfo, `${name} with RetryInfo`);
  }
  t.equal(isRetryableCode(99, true), false);
  t.equal(codeName(99), "Code(99)");
  t.end();
});

const destination = { address: "127.0.0.1:4317", protocol: "gRPC", isTls: false } as const;

t.test("answerOutcome() takes the delay from RetryInfo, and the words from the peer", (t) => {
  const answer = answerOf(14, "come later", encodeRpcStatus({ code: 14, message: "come later", retryDelayMs: 3000 }));
  const error = errorOf(answerOutcome(answer, destination));
  t.match(error, { kind: "retryable", retryAfterMs: 3000, grpcStatus: 14 });
  t.equal(error.message, "rpc error: code = Unavailable desc = come later");
  const final = errorOf(answerOutcome(answerOf(7, "not you"), destination));
  t.match(final, { kind: "permanent", retryAfterMs: undefined, grpcStatus: 7 });
  t.end();
});

t.test("answerOutcome() knows other implementations' words for a message that is too large", (t) => {
  const cases: readonly (readonly [code: number, details: string])[] = [
    [8, "grpc: received message larger than max (5242880 vs. 4194304)"],
    [8, "grpc: received message after decompression larger than max 4194304"],
    [8, "Received message larger than max (5242880 vs 4194304)"],
    [8, "Received message that decompresses to a size larger than 4194304"],
    [8, "CLIENT: Received message larger than max (5242880 vs. 4194304)"],
    [8, "gRPC message exceeds maximum size 4194304: 5242880"],
    [8, "Decompressed gRPC message exceeds maximum size 4194304"],
    [8, "Received message exceeds the maximum configured message size."],
    [11, "Error, decoded message length too large: found 5242880 bytes, the limit is: 4194304 bytes"],
    [2, "Received HTTP status code 413"],
  ];
  for (const [code, details] of cases)
    t.equal(answerOutcome(answerOf(code, details), destination).status, "too_large", details);
  const busy = encodeRpcStatus({ code: 8, message: "larger than usual", retryDelayMs: 1000 });
  t.match(errorOf(answerOutcome(answerOf(8, "larger than usual", busy), destination)), { kind: "retryable" });
  t.match(errorOf(answerOutcome(answerOf(8, "quota of today is used up"), destination)), { kind: "permanent" });
  t.end();
});

t.test("answerOutcome() tries again what was reset without a status", (t) => {
  for (const details of [
    "Received RST_STREAM with code 2 (Internal server error)",
    "Received RST_STREAM with code 0 (Call ended without gRPC status)",
  ]) {
    t.match(errorOf(answerOutcome(answerOf(13, details), destination)), { kind: "retryable" }, details);
  }
  const calm = answerOf(8, "Bandwidth exhausted or memory limit exceeded");
  t.match(errorOf(answerOutcome(calm, destination)), { kind: "retryable" });
  t.match(errorOf(answerOutcome(answerOf(13, "a bug"), destination)), { kind: "permanent" });
  t.end();
});

t.test("answerOutcome() says whom it cannot reach, why, and what to change", (t) => {
  const cases: readonly (readonly [code: number, details: string, text: string])[] = [
    [
      14,
      "No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:4317. Resolution note: ",
      'Cannot reach 127.0.0.1:4317: connection refused, check that the backend runs and that "endpoint" names its port',
    ],
    [
      14,
      "Name resolution failed for target dns:///nowhere:4317",
      'Cannot reach 127.0.0.1:4317: host name not found, check the name in "endpoint" and DNS',
    ],
    [
      4,
      "Deadline exceeded after 3.000s,name resolution: 0.001s,Waiting for LB pick",
      'Cannot reach 127.0.0.1:4317: connection attempt timed out, check "endpoint", routes and firewalls',
    ],
    [14, "Connection dropped", "Lost the connection to 127.0.0.1:4317 before the answer came"],
  ];
  for (const [code, details, text] of cases) {
    const error = errorOf(answerOutcome(answerOf(code, details), destination));
    t.equal(error.message, text);
    t.equal(error.kind, "retryable");
  }
  t.end();
});

function answerOf(code: number, details: string, statusBytes?: Uint8Array): GrpcAnswer {
  return { code, details, statusBytes, body: undefined, isTooLong: false };
}

function errorOf(outcome: Outcome): ConsumeError {
  return outcome.status === "taken" ? new ConsumeError("refused", "taken") : outcome.error;
}
