import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import type tls from "node:tls";
import { nodeTls } from "./node-tls.ts";
import type { Clock } from "../component/clock.ts";
import type { Logger } from "../component/logger.ts";
import { notePeer, peerAddress, peerOf } from "./peer-address.ts";
import type { Rejections } from "./rejections.ts";
import type { TlsServerConfig } from "./tls-server-config.ts";

export interface TlsServerOptions {
  readonly config: TlsServerConfig;
  readonly rejections: Pick<Rejections, "add">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is spoken inside, for clients that ask; default HTTP/2 and HTTP/1.1. */
  readonly protocols?: readonly string[];
  /** Takes over the inside of a connection after its handshake. */
  secured(socket: tls.TLSSocket): void;
}

/** How often a changed `client_ca_file` is looked for. */
const clientCaMs = 1000;

/** TLS on sockets that somebody else accepted. Files that change are used for the connections that come then. */
export class TlsServer {
  readonly #server: tls.Server;
  readonly #options: TlsServerOptions;
  /** 0 is never. */
  readonly #reloadMs: number;
  #loadedAtMs: number;
  #reloading: Promise<void> | undefined;
  #lastFailure = "";

  private constructor(server: tls.Server, options: TlsServerOptions) {
    this.#server = server;
    this.#options = options;
    const { reloadInterval, clientCaFile, clientCaFileReload } = options.config;
    const intervals = [reloadInterval, clientCaFile !== "" && clientCaFileReload ? clientCaMs : 0];
    this.#reloadMs = Math.min(...intervals.filter((intervalMs) => intervalMs > 0));
    this.#loadedAtMs = options.clock.monotonic();
  }

  /** Reads certificates and keys. Rejects when one of them cannot be used. */
  static async create(options: TlsServerOptions): Promise<TlsServer> {
    const { config, rejections, secured, protocols = ["h2", "http/1.1"] } = options;
    const isMutual = config.clientCaFile !== "";
    const server = nodeTls().createServer({
      ALPNProtocols: [...protocols],
      ...(isMutual && { requestCert: true, rejectUnauthorized: true }),
    });
    useFiles(server, await readFiles(config));
    server.on("secureConnection", (socket) => {
      socket.on("error", () => undefined);
      notePeer(socket, peerAddress(socket));
      secured(socket);
    });
    server.on("tlsClientError", (error, socket) => {
      rejections.add({
        reason: "tls",
        peer: peerOf(socket),
        protocol: "TLS",
        path: "",
        error: error.message,
        remedy: "check the client's CA and certificate settings",
      });
      socket.destroy();
    });
    return new TlsServer(server, options);
  }

  /** Takes over a paused socket; what was read of it already has been unshifted. */
  accept(socket: Socket): void {
    const reloading = this.#reloadIfDue();
    if (reloading === undefined) this.#server.emit("connection", socket);
    // It is paused meanwhile, and has a listener for errors.
    else void reloading.then(() => socket.destroyed || this.#server.emit("connection", socket));
  }

  #reloadIfDue(): Promise<void> | undefined {
    const nowMs = this.#options.clock.monotonic();
    if (nowMs - this.#loadedAtMs >= this.#reloadMs) {
      this.#loadedAtMs = nowMs;
      this.#reloading ??= this.#reload();
    }
    return this.#reloading;
  }

  /** Never rejects: what cannot be used does not replace what can. */
  async #reload(): Promise<void> {
    try {
      useFiles(this.#server, await readFiles(this.#options.config));
      this.#lastFailure = "";
    } catch (error) {
      const text = textOf(error);
      if (text !== this.#lastFailure) {
        this.#options.logger.warn("Cannot read TLS files again, those read before stay in use", { error: text });
      }
      this.#lastFailure = text;
    }
    this.#reloading = undefined;
  }
}

async function readFiles(config: TlsServerConfig): Promise<tls.SecureContextOptions> {
  return {
    cert: config.certPem === "" ? await read("certificate", config.certFile) : config.certPem,
    key: config.keyPem.reveal() === "" ? await read("private key", config.keyFile) : config.keyPem.reveal(),
    ...(config.clientCaFile !== "" && { ca: await read("client CA", config.clientCaFile) }),
    ...(config.minVersion !== "" && { minVersion: `TLSv${config.minVersion}` as tls.SecureVersion }),
    ...(config.maxVersion !== "" && { maxVersion: `TLSv${config.maxVersion}` as tls.SecureVersion }),
  };
}

/** For the connections that come from now on. */
function useFiles(server: tls.Server, options: tls.SecureContextOptions): void {
  try {
    // The server would end up without a certificate if this threw half way.
    nodeTls().createSecureContext(options);
    server.setSecureContext(options);
  } catch (error) {
    throw new Error(`Cannot use TLS certificate and key: ${textOf(error)}`, { cause: error });
  }
}

async function read(what: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new Error(`Cannot load TLS ${what}: ${textOf(error)}`, { cause: error });
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
