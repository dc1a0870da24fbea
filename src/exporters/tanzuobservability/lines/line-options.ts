import type { LineLimits } from "./limits.ts";
import type { Chunk } from "./line-body.ts";
import type { RuleHits } from "./rule-tally.ts";
import type { RuleName } from "./rules.ts";

export interface LineOptions {
  readonly limits: LineLimits;
  /** Source of what names none: the name of this machine. */
  readonly defaultSource: string;
  /** Tags of spans and points that have none of that key, nor their resource. */
  readonly defaultTags: ReadonlyMap<string, string>;
  /** Keys that are kept before others when there are too many tags. */
  readonly isPreferred: (key: string) => boolean;
  /** Whether keys of a span that are equal once cleaned get a number, and not stand several times. */
  readonly areSpanKeysDistinct: boolean;
  /** Whether the service of spans and points is the DAG that they belong to. */
  readonly isAirflow: boolean;
  /** Gets chunks while `encode` runs, in the order in which they are to be sent. */
  readonly onChunk: (chunk: Chunk) => void;
}

export interface EncodedLines {
  /** Items that have no line. */
  readonly droppedCount: number;
  readonly hits: ReadonlyMap<RuleName, RuleHits>;
}
