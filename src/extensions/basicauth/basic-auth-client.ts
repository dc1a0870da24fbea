import type { Component } from "../../component/component.ts";
import type { Settings } from "../../component/factory.ts";
import { Secret } from "../../component/secret.ts";
import type { ClientAuthenticator, RequestHeaders } from "../../net/client/authenticator.ts";
import { WatchedFile } from "../../net/watched-file.ts";
import type { ClientAuthConfig } from "./config.ts";

/** Signs requests with a user name and password. */
export class BasicAuthClient implements Component, ClientAuthenticator {
  readonly #config: ClientAuthConfig;
  readonly #settings: Settings;
  #username: WatchedFile<Secret> | undefined;
  #password: WatchedFile<Secret> | undefined;
  #isStarted = false;

  constructor(config: ClientAuthConfig, settings: Settings) {
    this.#config = config;
    this.#settings = settings;
  }

  async start(): Promise<void> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const { usernameFile, passwordFile } = this.#config;
    if (usernameFile !== "") this.#username = await this.#watch(usernameFile, "username");
    if (passwordFile !== "") this.#password = await this.#watch(passwordFile, "password");
  }

  requestHeaders(): RequestHeaders {
    const { username, password } = this.#config;
    const name = this.#username?.value.reveal() ?? username;
    const word = (this.#password?.value ?? password).reveal();
    return [["authorization", `Basic ${Buffer.from(`${name}:${word}`, "utf8").toString("base64")}`]];
  }

  async shutdown(): Promise<void> {
    this.#isStarted = true;
    this.#username?.close();
    this.#password?.close();
  }

  async #watch(path: string, what: "username" | "password"): Promise<WatchedFile<Secret>> {
    const { clock, logger } = this.#settings;
    const parse = (text: string): Secret => {
      const line = text.trim();
      if (line === "") throw new Error(`there is no ${what} in it`);
      if (what === "username" && line.includes(":")) throw new Error("there is a colon in the username");
      return new Secret(line);
    };
    try {
      return await WatchedFile.open({ path, clock, logger, parse });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Cannot read ${what}: ${reason}; correct basicauth::client_auth::${what}_file`, { cause: error });
    }
  }
}
