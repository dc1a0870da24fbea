import path from "node:path";
import { writePool } from "../load/pool.ts";
import { makeBodies } from "../scenarios/bodies.ts";
import type { Intake } from "../scenarios/scenario.ts";

/** Pools of encoded requests, made once per run of the bench and kept in its folder. */
export class Pools {
  readonly #folder: string;
  readonly #files = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  fileFor({ shape, itemsPerRequest, gzipLevel, protocol }: Intake): string {
    const encoding = protocol === "json" ? "json" : "protobuf";
    const name = `${shape}-${itemsPerRequest}-${encoding}-${gzipLevel ?? "plain"}.pool`;
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const file = path.join(this.#folder, name);
    writePool(file, makeBodies({ shape, itemsPerRequest, encoding, gzipLevel }));
    this.#files.set(name, file);
    return file;
  }
}
