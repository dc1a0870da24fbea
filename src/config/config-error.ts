import { excerpt, formatPosition, type Position } from "./position.ts";

/**
 * How far loading came before it failed:
 * - `resolve`: a source could not be read, is no YAML, or a reference in it cannot be replaced
 * - `unmarshal`: a key, type or value is not one that a component takes
 * - `validate`: all parts are well-formed, but they do not fit together
 */
export type ConfigPhase = "resolve" | "unmarshal" | "validate";

export interface ConfigIssue {
  /** `service::pipelines::traces`; empty for a whole source. */
  readonly path: string;
  /** What is wrong, what is allowed, what to change; no full stop. */
  readonly message: string;
  readonly position: Position | undefined;
  /** The line of the source and a caret under the place; empty where showing it would reveal a secret. */
  readonly excerpt: string;
}

const prefixes: Readonly<Record<ConfigPhase, string>> = {
  resolve: "failed to get config: cannot resolve the configuration",
  unmarshal: "failed to get config: cannot unmarshal the configuration",
  validate: "invalid configuration",
};

/** Everything that is wrong with a configuration, at once. Its message is what the user sees. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly phase: ConfigPhase;
  readonly issues: readonly ConfigIssue[];
  /** What was noticed before it failed, such as unset variables: often the cause. */
  readonly notices: readonly string[];

  constructor(phase: ConfigPhase, issues: readonly ConfigIssue[], notices: readonly string[]) {
    const many = issues.length === 1 ? "" : ` (${issues.length} errors)`;
    super(`${prefixes[phase]}${many}:\n${issues.map(formatIssue).join("\n")}`);
    this.phase = phase;
    this.issues = issues;
    this.notices = notices;
  }
}

/** `collector.yaml:14:5 service::pipelines::traces: references …`, then the line with a caret. */
export function formatIssue(issue: ConfigIssue): string {
  const where = issue.position === undefined ? "" : formatPosition(issue.position);
  const head = [where, issue.path].filter((part) => part !== "").join(" ");
  const text = head === "" ? issue.message : `${head}: ${issue.message}`;
  return issue.excerpt === "" ? text : `${text}\n${issue.excerpt}`;
}

/** Collects what one load finds, so that the user sees all of it at once. */
export class Findings {
  readonly #issues: ConfigIssue[] = [];
  readonly #notices = new Set<string>();
  readonly #texts = new Map<string, string>();
  #phase: ConfigPhase = "validate";

  /** Keeps a source's text for excerpts. */
  addText(file: string, text: string): void {
    this.#texts.set(file, text);
  }

  add(
    phase: ConfigPhase,
    path: string,
    message: string,
    position?: Position,
    options?: { readonly noExcerpt: boolean },
  ): void {
    const text = position === undefined || options?.noExcerpt === true ? undefined : this.#texts.get(position.file);
    const lines = position === undefined || text === undefined ? "" : excerpt(text, position);
    this.#issues.push({ path, message, position, excerpt: lines });
    // The message begins with the earliest phase that failed.
    if (phase === "resolve" || (phase === "unmarshal" && this.#phase === "validate")) this.#phase = phase;
  }

  notice(text: string): void {
    this.#notices.add(text);
  }

  get notices(): readonly string[] {
    return [...this.#notices];
  }

  get count(): number {
    return this.#issues.length;
  }

  /** Paths of what was found since `count` was that. */
  pathsSince(count: number): readonly string[] {
    return this.#issues.slice(count).map(({ path }) => path);
  }

  /** Throws a `ConfigError` if anything was found. Issues come in the order of files and lines. */
  throwIfAny(): void {
    if (this.#issues.length === 0) return;
    const files = [...this.#texts.keys()];
    const rank = (issue: ConfigIssue): number =>
      issue.position === undefined ? files.length : files.indexOf(issue.position.file);
    const sorted = this.#issues.toSorted(
      (a, b) =>
        rank(a) - rank(b) ||
        (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
        (a.position?.column ?? 0) - (b.position?.column ?? 0),
    );
    throw new ConfigError(this.#phase, sorted, this.notices);
  }
}
