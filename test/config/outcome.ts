import type { Config } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/config-error.ts";

export const corpusEnvironment = { HOST: "collector", PORT: "4317", TOKEN: "s3cret", EMPTY: "" };

/** What a user sees of a configuration: notices, then `runs` or the error. */
export async function outcomeOf(load: Promise<Config>): Promise<string> {
  try {
    const { notices } = await load;
    return `${warnings(notices)}runs\n`;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return `${warnings(error.notices)}Error: ${error.message}\n`.replaceAll(process.cwd(), "CWD");
  }
}

function warnings(notices: readonly string[]): string {
  return notices.map((notice) => `Warning: ${notice}\n`).join("");
}
