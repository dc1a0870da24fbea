import { open } from "node:fs/promises";
import type { Clock, Timer } from "../component/clock.ts";
import type { Logger } from "../component/logger.ts";

export interface WatchedFileOptions<T> {
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes the value of the file's text; throws if it cannot be one. Its message must not hold the text. */
  parse(text: string): T;
}

const pollMs = 1000;
const maxBytes = 1024 * 1024;

/**
 * A small file with credentials, read again when its text changes. It is looked at every second, because file events do not
 * tell of mounted secrets, which are swapped by their folder. A text that cannot be used leaves the last good value.
 */
export class WatchedFile<T> {
  readonly #options: WatchedFileOptions<T>;
  #text = "";
  #complaint = "";
  #value: T;
  #timer: Timer | undefined;
  #isClosed = false;

  private constructor(options: WatchedFileOptions<T>, text: string) {
    this.#options = options;
    this.#text = text;
    this.#value = options.parse(text);
  }

  /** Rejects if the file cannot be read or used. */
  static async open<T>(options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
    const file = new WatchedFile(options, await readText(options.path));
    file.#wait();
    return file;
  }

  get value(): T {
    return this.#value;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #wait(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.setTimer(() => {
      // Never rejects.
      void this.#look();
    }, pollMs);
  }

  async #look(): Promise<void> {
    const { path, logger, parse } = this.#options;
    try {
      const text = await readText(path);
      if (text !== this.#text) {
        this.#value = parse(text);
        this.#text = text;
        if (!this.#isClosed) logger.info("Credentials file has changed and is in use", { file: path });
      }
      this.#complaint = "";
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== this.#complaint && !this.#isClosed) {
        logger.error("Credentials file cannot be used; the credentials read before stay in use", {
          file: path,
          error: reason,
        });
      }
      this.#complaint = reason;
    }
    this.#wait();
  }
}

/** The text of a credentials file. Rejects if it cannot be read or is larger than 1 MiB. */
export async function readText(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new Error(`Cannot read ${path}: it has ${size} bytes, at most ${maxBytes} are read`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
