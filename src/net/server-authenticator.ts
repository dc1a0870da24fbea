import type { Component } from "../component/component.ts";
import { field, list, optionalField, section, string } from "../component/fields.ts";
import type { Host } from "../component/host.ts";
import * as v from "valibot";
import { RequestError } from "./request-error.ts";

/** An extension that tells whether a request may come in; `auth::authenticator` of a server names it. */
export interface ServerAuthenticator {
  /** Asked before the body is read. `undefined` lets the request in. Does not throw. */
  authenticate(headerOf: HeaderOf): AuthFailure | undefined;
}

/** The first value of a request header, by its name in lower case. */
export type HeaderOf = (name: string) => string | undefined;

/** Why a request stays outside. */
export interface AuthFailure {
  /** For its sender; may repeat what the sender wrote. */
  readonly message: string;
  /** For the log, without anything that may be a credential. */
  readonly logText: string;
}

/** A request without the right credentials: 401 over HTTP, UNAUTHENTICATED over gRPC. */
export class UnauthenticatedError extends RequestError {
  readonly logText: string;

  constructor({ message, logText }: AuthFailure) {
    super("unauthenticated", message);
    this.logText = logText;
  }
}

/** The one place where servers ask. Throws `UnauthenticatedError`. */
export function requireCredentials(authenticator: ServerAuthenticator, headerOf: HeaderOf): void {
  const failure = authenticator.authenticate(headerOf);
  if (failure !== undefined) throw new UnauthenticatedError(failure);
}

const authenticator = optionalField(string, {
  about: "Id of the extension that checks requests",
  refersTo: "extension",
});

/** The key `auth` of a gRPC server. */
export const grpcServerAuthField = optionalField(v.nullable(section({ authenticator })), {
  about: "Authentication of clients; everybody may send without it",
});

/** The key `auth` of an HTTP server. */
export const httpServerAuthField = optionalField(
  v.nullable(
    section({
      authenticator,
      request_params: field(list(v.string()), {
        about: "Query parameters that count as headers for the authenticator",
        default: [],
      }),
    }),
  ),
  { about: "Authentication of clients; everybody may send without it" },
);

/** Looks up what the key `auth` names. Throws, in upstream's words, when there is no such extension or it is of another kind. */
export function findServerAuthenticator(host: Host, id: string): ServerAuthenticator {
  const extension = host.extension(id);
  if (extension === undefined)
    throw new Error(`failed to resolve authenticator ${JSON.stringify(id)}: authenticator not found`);
  if (!isServerAuthenticator(extension)) throw new Error("requested extension is not a server authenticator");
  return extension;
}

function isServerAuthenticator(extension: Component): extension is Component & ServerAuthenticator {
  return "authenticate" in extension && typeof extension.authenticate === "function";
}
