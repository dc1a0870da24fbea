import type { Command } from "./command.ts";

/** One line of the table: enough to choose a command and to list them; its code is loaded when it is the one. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What the list in `otelcol --help` says, in a few words. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** Runs the collector: the command of a line that names none. */
export const runCommand: CommandEntry = {
  name: "run",
  summary: "run the collector until a signal; the default",
  load: () => import("./commands/run.ts").then((m) => m.run),
};

/** All commands, in the order of help. One file each, in `commands/`. */
export const commands: readonly CommandEntry[] = [
  runCommand,
  {
    name: "validate",
    summary: "check a configuration and say what to change, with file, line and column",
    load: () => import("./commands/validate.ts").then((m) => m.validate),
  },
  {
    name: "print-config",
    aliases: ["print-initial-config"],
    summary: "print what a configuration comes to, defaults included, secrets not",
    load: () => import("./commands/print-config.ts").then((m) => m.printConfig),
  },
  {
    name: "components",
    summary: "list what is built in",
    load: () => import("./commands/components.ts").then((m) => m.components),
  },
  {
    name: "explain",
    summary: "say what a component or key means",
    load: () => import("./commands/explain.ts").then((m) => m.explain),
  },
  {
    name: "schema",
    summary: "print a JSON Schema of the configuration, for editors",
    load: () => import("./commands/schema.ts").then((m) => m.schema),
  },
  {
    name: "init",
    summary: "write a configuration with comments to begin with",
    load: () => import("./commands/init.ts").then((m) => m.init),
  },
  {
    name: "healthcheck",
    summary: "ask a running collector whether it takes data; for containers without a shell",
    load: () => import("./commands/healthcheck.ts").then((m) => m.healthcheck),
  },
  {
    name: "send-test",
    summary: "send a span, a metric and a log record to an endpoint and print what comes back",
    load: () => import("./commands/send-test.ts").then((m) => m.sendTest),
  },
  {
    name: "doctor",
    summary: "check a running collector: ports, delivery, targets, clock, limits",
    load: () => import("./commands/doctor.ts").then((m) => m.doctor),
  },
  {
    name: "completion",
    summary: "print a completion script for bash, zsh or fish",
    load: () => import("./commands/completion.ts").then((m) => m.completion),
  },
  {
    name: "help",
    summary: "print the help of a command",
    load: () => import("./commands/help.ts").then((m) => m.help),
  },
];

export function findCommand(name: string): CommandEntry | undefined {
  return commands.find((entry) => entry.name === name || entry.aliases?.includes(name) === true);
}
