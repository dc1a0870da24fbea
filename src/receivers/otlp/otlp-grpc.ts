import type { RequestContext } from "../../component/consumer.ts";
import type { Rejections } from "../../net/rejections.ts";
import { RequestError } from "../../net/request-error.ts";
import type { RpcStatus } from "../../net/rpc-status.ts";
import { requireCredentials, type HeaderOf, type ServerAuthenticator } from "../../net/server-authenticator.ts";
import type { UnaryCall, UnaryMethod } from "../../net/unary-method.ts";
import type { Signal } from "../../pdata/signal.ts";
import { validate } from "../../pdata/validate.ts";
import { successBytes } from "./http-answer.ts";
import type { Intake } from "./intake.ts";
import { refusalOf } from "./refusal.ts";
import { noMetadata } from "./request-head.ts";
import type { ExportMethod } from "./services.ts";

export interface OtlpGrpcOptions {
  readonly includeMetadata: boolean;
  readonly intake: Intake;
  readonly rejections: Rejections;
  readonly authenticator: ServerAuthenticator | undefined;
}

/** OTLP over gRPC (reference §4.4), as methods for a server. */
export class OtlpGrpc {
  readonly #options: OtlpGrpcOptions;

  constructor(options: OtlpGrpcOptions) {
    this.#options = options;
  }

  /** One method for each signal, also for those that no pipeline takes. */
  methods(definitions: readonly ExportMethod[]): readonly UnaryMethod[] {
    const { intake, authenticator } = this.#options;
    const authenticate =
      authenticator === undefined ? undefined : (headerOf: HeaderOf) => requireCredentials(authenticator, headerOf);
    return definitions.map(({ signal, service, path }) => ({
      path,
      authenticate,
      // Both may be others after a reload.
      get admission() {
        return intake.admission(signal);
      },
      handle: (message: Uint8Array, call: UnaryCall) =>
        intake.uses(signal)
          ? this.#take(signal, message, call)
          : Promise.reject(new RequestError("unused_signal", `unknown service ${service}`)),
    }));
  }

  /** The status of a failed call, which is counted and logged here. */
  readonly refuse = (error: unknown, call: UnaryCall): RpcStatus => {
    const refusal = refusalOf(error, "grpc");
    this.#options.rejections.add({
      reason: refusal.reason,
      peer: call.peer,
      protocol: "gRPC",
      path: call.path,
      error: refusal.error,
      remedy: refusal.remedy,
    });
    return refusal.status;
  };

  async #take(signal: Signal, message: Uint8Array, call: UnaryCall): Promise<Uint8Array> {
    const { intake, includeMetadata } = this.#options;
    const batch = validate(signal, message);
    const metadata = includeMetadata ? call.metadata() : noMetadata;
    const context: RequestContext = { peer: call.peer, metadata, transport: "grpc" };
    await intake.take(batch, context);
    return successBytes;
  }
}
