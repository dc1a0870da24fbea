import { Buffer } from "node:buffer";
import type { Batch } from "../../../pdata/batch.ts";
import { encodeJson } from "../../../pdata/json/encode-json.ts";
import type { Format, FormatSink } from "./format.ts";

const lineFeed = Buffer.from("\n");

/** A batch a line, as the export request that it is, in OTLP/JSON: for `jq`, and to be sent again. */
export class JsonFormat implements Format {
  readonly #sink: FormatSink;

  constructor(sink: FormatSink) {
    this.#sink = sink;
  }

  print(batch: Batch): void {
    this.#sink.write(Buffer.concat([encodeJson(batch), lineFeed]));
  }

  close(): void {}
}
