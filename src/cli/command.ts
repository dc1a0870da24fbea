/** One flag of a command: how it is parsed, and what help and completion say of it. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  /** What help calls the value: `FILE`. For flags of type string. */
  readonly value?: string;
  /** One or a few phrases, without full stop. */
  readonly about: string;
  /** The values that are allowed, in any letter case. */
  readonly choices?: readonly string[];
}

export type Flags = Readonly<Record<string, Flag>>;

/** What a command is called with besides flags. */
export interface Operands {
  /** `COMPONENT|PATH` */
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** One command: the parser, `--help` and the shell completions are all made from this. */
export interface Command<Name extends string = string> {
  readonly name: string;
  /** Lines of usage, without the leading `otelcol`. */
  readonly usage: readonly string[];
  /** What it does and when it helps, in a few lines of at most 100 characters. */
  readonly about: string;
  readonly operands?: Operands;
  readonly flags: Readonly<Record<Name, Flag>>;
  readonly examples: readonly string[];
  readonly exitCodes: Readonly<Record<string, string>>;
  /** Further paragraphs of help, by heading. */
  readonly notes?: Readonly<Record<string, string>>;
  /**
   * Resolves with the exit code. Loads what it needs itself, so that parsing and `--help` cost nothing. A thrown
   * `UsageError` is printed in one line; anything else that is thrown counts as our mistake.
   */
  run(options: Options<Name>): Promise<number>;
}

/** A frozen value with the names of its flags checked. */
export function defineCommand<const F extends Flags>(
  command: Omit<Command<keyof F & string>, "flags"> & { readonly flags: F },
): Command {
  return Object.freeze(command);
}

/** The command line is wrong in a way that only the command can see; the message is for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What one command line says. */
export class Options<Name extends string = string> {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>, operands: readonly string[]) {
    this.#values = values;
    this.operands = operands;
  }

  /** The last value of a flag; `undefined` if it is not given. */
  text(name: Name): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values of a flag, in order. */
  texts(name: Name): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Whether the flag is given. */
  has(name: Name): boolean {
    return this.#values.has(name);
  }
}
