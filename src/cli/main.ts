import { parseArguments, type Command } from "./parse-arguments.ts";
import { print } from "./print.ts";

/** Runs one command line, then ends the process. The only place, with what it calls here, that does. */
export async function main(args: readonly string[]): Promise<void> {
  let command: Command;
  try {
    command = parseArguments(args);
  } catch (error) {
    await print("stderr", `Error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  let exitCode: number;
  try {
    exitCode = await execute(command);
  } catch (error) {
    // Not the user's mistake but ours: here the stack trace helps.
    await print("stderr", `Error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    exitCode = 1;
  }
  process.exit(exitCode);
}

/** Each command loads its own code, so that the small ones answer at once. Resolves with the exit code. */
async function execute(command: Command): Promise<number> {
  switch (command.kind) {
    case "version": {
      const { readBuildInfo } = await import("./build-info.ts");
      const { command: name, version } = readBuildInfo();
      await print("stdout", `${name} version ${version}\n`);
      return 0;
    }
    case "help": {
      const { helpText } = await import("./help.ts");
      await print("stdout", helpText);
      return 0;
    }
    case "validate": {
      const { validate } = await import("./validate.ts");
      return validate(command.sources);
    }
    case "run": {
      const { run } = await import("./run.ts");
      return run(command.sources, command.shutdownTimeoutMs);
    }
  }
}
