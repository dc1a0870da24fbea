import type { Component } from "../../component/component.ts";
import type { Settings } from "../../component/factory.ts";
import { Secret } from "../../component/secret.ts";
import type { ClientAuthenticator, RequestHeaders } from "../../net/client/authenticator.ts";
import { digestOf, isSameSecret } from "../../net/same-secret.ts";
import type { AuthFailure, HeaderOf, ServerAuthenticator } from "../../net/server-authenticator.ts";
import { WatchedFile } from "../../net/watched-file.ts";
import type { BearerTokenAuthConfig } from "./config.ts";

/** The tokens in use, as they stand in the header. */
interface Tokens {
  readonly first: Secret;
  readonly digests: readonly Buffer[];
}

/** Checks tokens of clients, and signs requests with the first token. */
export class BearerTokenAuth implements Component, ServerAuthenticator, ClientAuthenticator {
  readonly #config: BearerTokenAuthConfig;
  readonly #settings: Settings;
  readonly #headerName: string;
  #file: WatchedFile<Tokens> | undefined;
  #fixed: Tokens | undefined;
  #isStopped = false;

  constructor(config: BearerTokenAuthConfig, settings: Settings) {
    this.#config = config;
    this.#settings = settings;
    this.#headerName = config.header.toLowerCase();
  }

  async start(): Promise<void> {
    if (this.#file !== undefined || this.#fixed !== undefined || this.#isStopped) return;
    const { token, tokens, filename, scheme } = this.#config;
    const { clock, logger } = this.#settings;
    const written = tokens.length > 0 ? tokens.map((each) => each.reveal()) : [token.reveal()];
    if (filename === "") {
      this.#fixed = inHeader(scheme, written);
      return;
    }
    if (written.some((text) => text !== "")) logger.warn("a filename is specified. Configured token(s) is ignored!");
    const parse = (text: string): Tokens => inHeader(scheme, linesOf(text));
    try {
      this.#file = await WatchedFile.open({ path: filename, clock, logger, parse });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot read tokens: ${reason}; give bearertokenauth::filename a file with a token a line`, {
        cause: error,
      });
    }
  }

  authenticate(headerOf: HeaderOf): AuthFailure | undefined {
    const shown = headerOf(this.#headerName);
    if (shown === undefined || shown === "") {
      const text = `missing or empty authorization header: ${this.#config.header}`;
      return { message: text, logText: text };
    }
    const digest = digestOf(shown);
    let isKnown = false;
    // All of them, so that the time does not tell which one it was.
    for (const expected of this.#tokens()?.digests ?? []) isKnown = isSameSecret(expected, digest) || isKnown;
    if (isKnown) return undefined;
    return { message: `scheme or token does not match: ${shown}`, logText: "scheme or token does not match" };
  }

  requestHeaders(): RequestHeaders {
    const tokens = this.#tokens();
    if (tokens === undefined) throw new Error("bearertokenauth is not running");
    return [[this.#headerName, tokens.first.reveal()]];
  }

  async shutdown(): Promise<void> {
    this.#isStopped = true;
    this.#file?.close();
  }

  #tokens(): Tokens | undefined {
    return this.#file?.value ?? this.#fixed;
  }
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Throws if there is no token. */
function inHeader(scheme: string, tokens: readonly string[]): Tokens {
  const values = tokens.map((token) => (scheme === "" ? token : `${scheme} ${token}`));
  const [first] = values;
  if (first === undefined) throw new Error("there is no token in it");
  return { first: new Secret(first), digests: values.map(digestOf) };
}
