import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/config-error.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ConfigSource } from "../config/read-source.ts";
import { distribution } from "../distribution.ts";
import { print } from "./print.ts";

/** The configuration, or `undefined` after telling the user what is wrong with it. */
export async function loadForUser(sources: readonly ConfigSource[]): Promise<Config | undefined> {
  try {
    return await loadConfig(sources, distribution, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const notices = error.notices.map((notice) => `Warning: ${notice}\n`).join("");
    await print("stderr", `${notices}Error: ${error.message}\n`);
    return undefined;
  }
}
