import net from "node:net";
import type { Clock } from "../component/clock.ts";
import type { Endpoint } from "./endpoint.ts";
import { boundEndpoint, isAddressInUse, isAddressMissing, listen, listenTargets } from "./listen.ts";
import { notePeer, peerAddress, peerOf } from "./peer-address.ts";
import type { Rejections } from "./rejections.ts";
import type { RejectionReason } from "./request-error.ts";
import { sniffProtocol } from "./sniff-protocol.ts";

export interface SharedPortOptions {
  readonly endpoint: Endpoint;
  readonly transport: "tcp" | "tcp4" | "tcp6";
  /** Listen everywhere, whatever the host says. */
  readonly allInterfaces: boolean;
  readonly clock: Clock;
  readonly rejections: Rejections;
  /** Takes over a connection that speaks HTTP/1.1. */
  http1(socket: net.Socket): void;
  /** Takes over a connection that speaks HTTP/2 with prior knowledge. */
  http2(socket: net.Socket): void;
  /** Takes over a connection that begins with a TLS handshake; absent on a plaintext port. */
  tls?(socket: net.Socket): void;
}

/** Connections that have not said anything yet; beyond that the oldest of them is closed. */
export const maxSilentConnections = 512;
/** How long a connection may stay silent before its first byte. */
export const silentMs = 60_000;
/** Connections of one port; further ones are closed at once. */
export const maxConnections = 8192;

/** How often a free port is looked for that is free on both loopback addresses. */
const pairAttempts = 10;

/**
 * One port for all protocols: a connection is told by its first bytes and handed over with them. Opens nothing before
 * `start`.
 */
export class SharedPort {
  readonly #options: SharedPortOptions;
  #servers: net.Server[] = [];
  readonly #sockets = new Set<net.Socket>();
  /** Connections without a first byte, oldest first, each with what ends its waiting. */
  readonly #silent = new Map<net.Socket, () => void>();
  #onEmpty: (() => void) | undefined;

  constructor(options: SharedPortOptions) {
    this.#options = options;
  }

  /** Opens the port. Rejects with upstream's words and leaves nothing open. */
  async start(): Promise<void> {
    try {
      await this.#open(this.#options.endpoint.port === 0 ? pairAttempts : 1);
    } catch (error) {
      this.#closeServers();
      throw error;
    }
  }

  /** The addresses that are open, with the ports that they got. */
  endpoints(): readonly Endpoint[] {
    return this.#servers.map(boundEndpoint);
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Takes no further connection and lets go of those that have not said anything. */
  close(): void {
    this.#closeServers();
    for (const socket of this.#silent.keys()) socket.destroy();
  }

  /** Resolves when no connection is left. */
  async empty(): Promise<void> {
    if (this.#sockets.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  /** Breaks every connection. */
  destroy(): void {
    this.#closeServers();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #open(attempts: number): Promise<void> {
    const { endpoint, transport, allInterfaces } = this.#options;
    let { port } = endpoint;
    for (const { host, optional } of listenTargets(endpoint.host, allInterfaces)) {
      if (transport === "tcp4" && host === "::1") continue;
      if (transport === "tcp6" && host === "127.0.0.1") continue;
      const wildcard = transport === "tcp4" ? "0.0.0.0" : transport === "tcp6" ? "::" : undefined;
      const address = host ?? wildcard;
      try {
        await this.#listen({ port, ...(address !== undefined && { host: address }), ipv6Only: transport === "tcp6" });
      } catch (error) {
        if (optional && isAddressMissing(error)) continue;
        if (attempts <= 1 || !isAddressInUse(error)) throw error;
        // The free port of the first address is taken on the second one.
        this.#closeServers();
        await this.#open(attempts - 1);
        return;
      }
      const last = this.#servers.at(-1);
      if (last !== undefined) ({ port } = boundEndpoint(last));
    }
  }

  async #listen(options: net.ListenOptions): Promise<void> {
    // Keep-alive probes find peers that are gone, since idle connections are kept for long.
    const server = net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    server.on("connection", (socket) => this.#accept(socket));
    await listen(server, options);
    // Errors of a listening server (out of file descriptors) end nothing: the next connection may succeed.
    server.on("error", () => undefined);
    this.#servers.push(server);
  }

  #closeServers(): void {
    for (const server of this.#servers) server.close();
    this.#servers = [];
  }

  #accept(socket: net.Socket): void {
    if (this.#sockets.size >= maxConnections) {
      this.#reject(
        socket,
        "overload",
        "TCP",
        `more than ${maxConnections} connections`,
        "let clients share connections",
      );
      return;
    }
    this.#sockets.add(socket);
    notePeer(socket, peerAddress(socket));
    socket.once("close", () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.#onEmpty?.();
    });
    // A peer may break the connection at any time; whoever takes it over hears of that by "close".
    socket.on("error", ignore);
    this.sniff(socket);
  }

  /** Waits for the first bytes of a connection: a plain one, or the inside of a TLS one. */
  sniff(socket: net.Socket): void {
    if (this.#silent.size >= maxSilentConnections) this.#silent.keys().next().value?.destroy();
    let head: Buffer | undefined;
    const timer = this.#options.clock.setTimer(() => socket.destroy(), silentMs);
    const onData = (chunk: Buffer): void => {
      head = head === undefined ? chunk : Buffer.concat([head, chunk]);
      const protocol = sniffProtocol(head);
      if (protocol !== "undecided") this.#handOver(socket, protocol, head);
    };
    const onEnd = (): void => void socket.destroy();
    const stop = (): void => {
      this.#silent.delete(socket);
      timer.cancel();
      socket.off("data", onData).off("end", onEnd).off("close", stop);
    };
    this.#silent.set(socket, stop);
    socket.on("data", onData).on("end", onEnd).on("close", stop);
  }

  #handOver(socket: net.Socket, protocol: "http1" | "http2" | "tls", head: Buffer): void {
    this.#silent.get(socket)?.();
    const wantsTls = this.#options.tls !== undefined && !("encrypted" in socket);
    if (protocol === "tls" && !wantsTls) {
      this.#reject(socket, "tls", "TLS", "TLS handshake on a plaintext port", tlsRemedy);
    } else if (protocol !== "tls" && wantsTls) {
      this.#reject(socket, "tls", "TCP", "no TLS handshake on a port with TLS", plaintextRemedy);
    } else {
      // Paused, or the bytes would pass before the new owner listens; the owner resumes if it has to.
      socket.pause();
      socket.unshift(head);
      this.#options[protocol]?.(socket);
    }
  }

  #reject(socket: net.Socket, reason: RejectionReason, protocol: string, error: string, remedy: string): void {
    this.#options.rejections.add({ reason, peer: peerOf(socket), protocol, path: "", error, remedy });
    socket.destroy();
  }
}

const tlsRemedy =
  "write http:// in the client's endpoint, or set OTEL_EXPORTER_OTLP_INSECURE=true, or give this port a tls section";

const plaintextRemedy = "write https:// in the client's endpoint, or remove the tls section of this port";

function ignore(): void {}
