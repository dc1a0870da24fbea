import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/config-error.ts";
import type { EffectiveOptions } from "../config/effective-config.ts";
import { loadConfig } from "../config/load-config.ts";
import type { ConfigSource } from "../config/read-source.ts";
import { distribution } from "../distribution.ts";
import { print } from "./print.ts";

/** The configuration, or `undefined` after telling the user what is wrong with it. */
export function loadForUser(sources: readonly ConfigSource[]): Promise<Config | undefined> {
  return orTell(loadConfig(sources, distribution, process.env));
}

/** What is wrong with a configuration, if anything, and what is worth a word. */
export async function tryLoad(
  sources: readonly ConfigSource[],
): Promise<{ readonly error: ConfigError | undefined; readonly notices: readonly string[] }> {
  try {
    const { notices } = await loadConfig(sources, distribution, process.env);
    return { error: undefined, notices };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { error, notices: error.notices };
  }
}

/** What the configuration comes to, or `undefined` after telling the user what is wrong with it. */
export async function effectiveForUser(
  sources: readonly ConfigSource[],
  options: EffectiveOptions,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { effectiveConfig } = await import("../config/effective-config.ts");
  const effective = await orTell(effectiveConfig(sources, distribution, process.env, options));
  if (effective === undefined) return undefined;
  for (const notice of effective.notices) await print("stderr", `Warning: ${notice}\n`);
  return effective.value;
}

async function orTell<T>(loading: Promise<T>): Promise<T | undefined> {
  try {
    return await loading;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const notices = error.notices.map((notice) => `Warning: ${notice}\n`).join("");
    await print("stderr", `${notices}Error: ${error.message}\n`);
    return undefined;
  }
}
