import type { Host } from "../../component/host.ts";
import { findServerAuthenticator, type ServerAuthenticator } from "../../net/server-authenticator.ts";
import type { OtlpReceiverConfig } from "./config.ts";
import type { PortPlan } from "./ports.ts";

/** Who checks the senders on a port, for each of the protocols that it speaks. */
export interface Realm {
  readonly grpc: ServerAuthenticator | undefined;
  readonly http: ServerAuthenticator | undefined;
}

/** What the sections `auth` name. Throws if one of them names no authenticator. */
export function findRealm({ protocols }: OtlpReceiverConfig, host: Host): Realm {
  const find = (auth: { readonly authenticator?: string | undefined } | null | undefined) =>
    auth === undefined || auth === null ? undefined : findServerAuthenticator(host, auth.authenticator ?? "");
  return { grpc: find(protocols.grpc?.auth), http: find(protocols.http?.auth) };
}

/**
 * Each protocol goes by its own section on every port, and where that asks for nothing by the section that opened the
 * port. So gRPC is no way around the `auth` of an HTTP port, and a port without `auth` stays open for its own protocol.
 */
export function realmOf({ kinds }: PortPlan, { grpc, http }: Realm): Realm {
  const ofPort = (kinds.includes("grpc") ? grpc : undefined) ?? (kinds.includes("http") ? http : undefined);
  return { grpc: grpc ?? ofPort, http: http ?? ofPort };
}
