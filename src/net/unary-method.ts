import type { Admission } from "../component/consumer.ts";
import type { HeaderOf } from "./server-authenticator.ts";
import type { RpcStatus } from "./rpc-status.ts";

/**
 * One gRPC method with one request and one answer, both as protobuf bytes. Whoever serves gRPC (today `GrpcServer`) needs
 * no more than this, so it can be replaced without a change elsewhere.
 */
export interface UnaryMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Asked for room before the message is read. */
  readonly admission?: Admission | undefined;
  /** Asked for the sender's credentials before anything else; throws what the call then fails with. */
  readonly authenticate?: ((headerOf: HeaderOf) => void) | undefined;
  /**
   * Takes a message, decompressed, whose memory the caller gives away. Resolves with the answer; a rejection is turned
   * into a status by `GrpcServerOptions.refuse`.
   */
  handle(message: Uint8Array, call: UnaryCall): Promise<Uint8Array>;
}

/** What is known of a call beside its message. */
export interface UnaryCall {
  readonly path: string;
  /** Address of the sender. */
  readonly peer: string;
  /** Header names in lower case; binary ones (`-bin`) are left out. */
  metadata(): ReadonlyMap<string, readonly string[]>;
}

/** Turns what went wrong with a call into its status; counts it and writes the log line. */
export type RefuseCall = (error: unknown, call: UnaryCall) => RpcStatus;
