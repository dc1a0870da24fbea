import { UsageError } from "./command.ts";
import { parseArguments, type Invocation } from "./parse-arguments.ts";
import { print } from "./print.ts";

/** Runs one command line, then ends the process. The only place, with what it calls here, that does. */
export async function main(args: readonly string[]): Promise<void> {
  let exitCode: number;
  try {
    exitCode = await execute(await parseArguments(args));
  } catch (error) {
    // What is not the user's mistake is ours: there the stack trace helps.
    const text = error instanceof Error && !(error instanceof UsageError) ? (error.stack ?? error.message) : "";
    await print("stderr", `Error: ${text === "" ? messageOf(error) : text}\n`);
    exitCode = 1;
  }
  process.exit(exitCode);
}

/** Each command loads its own code, so that the small ones answer at once. Resolves with the exit code. */
async function execute(invocation: Invocation): Promise<number> {
  switch (invocation.kind) {
    case "version": {
      const { readBuildInfo } = await import("./build-info.ts");
      const { command, version } = readBuildInfo();
      await print("stdout", `${command} version ${version}\n`);
      return 0;
    }
    case "help": {
      const { helpText } = await import("./help-text.ts");
      await print("stdout", helpText(invocation.command));
      return 0;
    }
    case "command":
      return invocation.command.run(invocation.options);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
