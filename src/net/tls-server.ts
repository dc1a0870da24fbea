import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import type tls from "node:tls";
import { nodeTls } from "./node-tls.ts";
import { notePeer, peerAddress, peerOf } from "./peer-address.ts";
import type { Rejections } from "./rejections.ts";
import type { TlsServerConfig } from "./tls-server-config.ts";

export interface TlsServerOptions {
  readonly config: TlsServerConfig;
  readonly rejections: Rejections;
  /** Takes over the inside of a connection after its handshake. */
  secured(socket: tls.TLSSocket): void;
}

/** TLS on sockets that somebody else accepted. */
export class TlsServer {
  readonly #server: tls.Server;

  private constructor(server: tls.Server) {
    this.#server = server;
  }

  /** Reads certificates and keys. Rejects when one of them cannot be used. */
  static async create({ config, rejections, secured }: TlsServerOptions): Promise<TlsServer> {
    const options: tls.TlsOptions = {
      cert: config.certPem === "" ? await read("certificate", config.certFile) : config.certPem,
      key: config.keyPem.reveal() === "" ? await read("private key", config.keyFile) : config.keyPem.reveal(),
      ALPNProtocols: ["h2", "http/1.1"],
      ...(config.clientCaFile !== "" && {
        ca: await read("client CA", config.clientCaFile),
        requestCert: true,
        rejectUnauthorized: true,
      }),
      ...(config.minVersion !== "" && { minVersion: `TLSv${config.minVersion}` as tls.SecureVersion }),
      ...(config.maxVersion !== "" && { maxVersion: `TLSv${config.maxVersion}` as tls.SecureVersion }),
    };
    let server: tls.Server;
    try {
      server = nodeTls().createServer(options);
    } catch (error) {
      throw new Error(`Cannot use TLS certificate and key: ${textOf(error)}`, { cause: error });
    }
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
    return new TlsServer(server);
  }

  /** Takes over a paused socket; what was read of it already has been unshifted. */
  accept(socket: Socket): void {
    this.#server.emit("connection", socket);
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
