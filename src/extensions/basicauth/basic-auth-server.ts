import type { Component } from "../../component/component.ts";
import { digestOf, isSameSecret } from "../../net/same-secret.ts";
import type { AuthFailure, HeaderOf, ServerAuthenticator } from "../../net/server-authenticator.ts";
import { readText } from "../../net/watched-file.ts";
import type { HtpasswdConfig } from "./config.ts";
import { parseHtpasswd, type Verifier } from "./htpasswd.ts";

/** Checks user names and passwords of clients against htpasswd entries. */
export class BasicAuthServer implements Component, ServerAuthenticator {
  readonly #config: HtpasswdConfig;
  #users: ReadonlyMap<string, Verifier> = new Map();
  /** Digest of the last right password of each user, because a check of MD5-crypt takes a thousand rounds. */
  readonly #proven = new Map<string, Buffer>();

  constructor(config: HtpasswdConfig) {
    this.#config = config;
  }

  async start(): Promise<void> {
    const { file, inline } = this.#config;
    let fromFile = "";
    try {
      if (file !== "") fromFile = await readText(file);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot read htpasswd file: ${reason}; correct basicauth::htpasswd::file`, { cause: error });
    }
    this.#users = new Map([
      ...parseHtpasswd(fromFile, file),
      ...parseHtpasswd(inline.reveal(), "basicauth::htpasswd::inline"),
    ]);
  }

  authenticate(headerOf: HeaderOf): AuthFailure | undefined {
    const header = headerOf("authorization");
    if (header === undefined || header === "") return failure("no basic auth provided");
    if (!/^basic /i.test(header)) return failure("invalid authorization scheme prefix");
    const encoded = header.slice("basic ".length);
    const text = isBase64(encoded) ? Buffer.from(encoded, "base64").toString("utf8") : "";
    const colon = text.indexOf(":");
    if (colon < 0) return failure("invalid authorization format");
    return this.#isRight(text.slice(0, colon), text.slice(colon + 1)) ? undefined : failure("invalid credentials");
  }

  async shutdown(): Promise<void> {
    this.#proven.clear();
  }

  #isRight(name: string, password: string): boolean {
    const verifier = this.#users.get(name);
    if (verifier === undefined) return false;
    const digest = digestOf(password);
    const proven = this.#proven.get(name);
    if (proven !== undefined && isSameSecret(proven, digest)) return true;
    if (!verifier(password)) return false;
    this.#proven.set(name, digest);
    return true;
  }
}

function failure(text: string): AuthFailure {
  return { message: text, logText: text };
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
