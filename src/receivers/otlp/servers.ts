import type { Socket } from "node:net";
import { GrpcServer } from "../../net/grpc-server.ts";
import { HttpServer } from "../../net/http-server.ts";
import type { Rejections } from "../../net/rejections.ts";
import { defaultGrpcConfig, defaultHttpConfig, type OtlpReceiverConfig } from "./config.ts";
import type { Corrections } from "./corrections.ts";
import type { Intake } from "./intake.ts";
import { grpcServerLimits, httpServerLimits } from "./limits.ts";
import { OtlpGrpc } from "./otlp-grpc.ts";
import { OtlpHttp } from "./otlp-http.ts";
import type { Realm } from "./realm.ts";
import { exportMethods } from "./services.ts";

export interface ServersOptions {
  readonly config: OtlpReceiverConfig;
  readonly realm: Realm;
  readonly intake: Intake;
  readonly rejections: Rejections;
  readonly corrections: Corrections;
}

/** Both protocols for the ports of one realm. */
export class Servers {
  readonly realm: Realm;
  readonly #http: OtlpHttp;
  readonly #httpServer: HttpServer;
  readonly #grpcServer: GrpcServer;

  constructor(options: ServersOptions) {
    const { config, realm, intake, rejections, corrections } = options;
    const grpcConfig = config.protocols.grpc ?? defaultGrpcConfig;
    const httpConfig = config.protocols.http ?? defaultHttpConfig;
    this.realm = realm;
    this.#http = new OtlpHttp({
      config: httpConfig,
      intake,
      rejections,
      corrections,
      authenticator: realm.http,
      requestParams: httpConfig.auth?.requestParams ?? [],
    });
    const { includeMetadata } = grpcConfig;
    const grpc = new OtlpGrpc({ includeMetadata, intake, rejections, authenticator: realm.grpc });
    this.#httpServer = new HttpServer({
      handler: this.#http.handle,
      quick: this.#http.handle,
      rejections,
      ...httpServerLimits(httpConfig),
    });
    this.#grpcServer = new GrpcServer({
      methods: grpc.methods(exportMethods),
      refuse: grpc.refuse,
      rejections,
      http: this.#http.handle,
      ...grpcServerLimits(grpcConfig),
    });
    this.#httpServer.start();
  }

  acceptHttp1(socket: Socket): void {
    this.#httpServer.accept(socket);
  }

  acceptHttp2(socket: Socket): void {
    this.#grpcServer.accept(socket);
  }

  /** Tells clients to go; resolves when no request is under way. */
  async close(): Promise<void> {
    const answered = Promise.all([this.#http.close(), this.#grpcServer.close()]);
    this.closeIdle();
    await answered;
  }

  closeIdle(): void {
    this.#httpServer.closeIdle();
  }

  /** Breaks what is left. */
  destroy(): void {
    this.#grpcServer.destroy();
    this.#httpServer.close();
  }
}
