import type { ConfigError } from "../config/config-error.ts";
import type { BuildInfo } from "../component/host.ts";

/** What `validate --format json` prints. Lines and columns begin at 1. */
export interface ValidationReport {
  readonly valid: boolean;
  /** How far it came: `resolve`, `unmarshal`, `validate`; null if all is well. */
  readonly phase: string | null;
  readonly issues: readonly ReportedIssue[];
  readonly notices: readonly string[];
}

export interface ReportedIssue {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** Characters from `column` on. */
  readonly length: number | null;
  /** `service::pipelines::traces` */
  readonly path: string;
  readonly message: string;
}

export function reportOf(error: ConfigError | undefined, notices: readonly string[]): ValidationReport {
  const issues = (error?.issues ?? []).map(({ position, path, message }) => ({
    file: position?.file ?? null,
    line: position?.line ?? null,
    column: position?.column ?? null,
    length: position?.length ?? null,
    path,
    message,
  }));
  return { valid: error === undefined, phase: error?.phase ?? null, issues, notices };
}

/** The report in SARIF 2.1.0, which code hosts show beside the lines. Notices are warnings without a place. */
export function sarifOf({ issues, notices }: ValidationReport, { command, version }: BuildInfo): unknown {
  const errors = issues.map(({ file, line, column, length, path, message }) => ({
    ruleId: "configuration",
    level: "error",
    message: { text: path === "" ? message : `${path}: ${message}` },
    ...(file !== null && {
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            region: { startLine: line, startColumn: column, endColumn: (column ?? 1) + (length ?? 1) },
          },
        },
      ],
    }),
  }));
  const warnings = notices.map((text) => ({ ruleId: "configuration", level: "warning", message: { text } }));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: command, version, rules: [{ id: "configuration" }] } },
        columnKind: "utf16CodeUnits",
        results: [...errors, ...warnings],
      },
    ],
  };
}

/** Paths with `/`, relative ones as they are; what is no file is escaped, so that it is a URI too. */
function uriOf(file: string): string {
  return file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}
