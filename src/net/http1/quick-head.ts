/** The head of a request that is written as clients write export requests. */
export interface QuickHead {
  readonly url: string;
  readonly contentLength: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Where the body begins. */
  readonly end: number;
}

/** Longest head; longer ones are left to Node, which has a limit and an answer for them. */
const maxHeadBytes = 8192;
/** A head is remembered up to this size. */
const maxRemembered = 1024;

const lineEnd = "\r\n";
const requestLine = /^POST ([!-~]+) HTTP\/1\.1$/;
/** A name, and a value without blanks around it. */
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*((?:[!-~](?:[ -~\t]*[!-~])?)?)[ \t]*$/;

/** Headers that change what a request means: Node's parser takes those requests, and knows all there is to know of it. */
const leftToNode: ReadonlySet<string> = new Set(["transfer-encoding", "expect", "upgrade", "trailer", "te"]);

/**
 * Reads heads of one connection, as far as they are plain: POST, HTTP/1.1, a host, a length, no header twice. A client
 * repeats its head for request after request but for the length, so the last one is remembered and compared (bench/http1.ts: a
 * tenth of the time).
 */
export class QuickHeads {
  #bytes: Buffer | undefined;
  #head: QuickHead | undefined;
  /** Where the digits of the length are in the remembered bytes. */
  #digitsStart = 0;
  #digitsEnd = 0;

  /** The head at `start`; undefined if it is not whole, or not plain. */
  read(chunk: Buffer, start: number): QuickHead | undefined {
    return this.#again(chunk, start) ?? this.#parse(chunk, start);
  }

  /** The remembered head, with another length. */
  #again(chunk: Buffer, start: number): QuickHead | undefined {
    const bytes = this.#bytes;
    const head = this.#head;
    if (bytes === undefined || head === undefined || chunk.length - start <= this.#digitsStart) return undefined;
    for (let index = 0; index < this.#digitsStart; index++) if (chunk[start + index] !== bytes[index]) return undefined;
    let at = start + this.#digitsStart;
    const digits = at;
    let contentLength = 0;
    for (; at < chunk.length; at++) {
      const digit = (chunk[at] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      contentLength = contentLength * 10 + digit;
    }
    if (at === digits || at - digits > 15 || chunk.length - at < bytes.length - this.#digitsEnd) return undefined;
    for (let index = this.#digitsEnd; index < bytes.length; index++) if (chunk[at++] !== bytes[index]) return undefined;
    return { url: head.url, headers: head.headers, contentLength, end: at };
  }

  #parse(chunk: Buffer, start: number): QuickHead | undefined {
    const empty = chunk.indexOf("\r\n\r\n", start, "latin1");
    if (empty < 0 || empty - start > maxHeadBytes) return undefined;
    const lines = chunk.toString("latin1", start, empty).split(lineEnd);
    const url = requestLine.exec(lines[0] ?? "")?.[1];
    if (url === undefined) return undefined;
    const headers: Record<string, string> = Object.create(null) as Record<string, string>;
    for (let index = 1; index < lines.length; index++) {
      const match = headerLine.exec(lines[index] ?? "");
      const name = match?.[1]?.toLowerCase();
      if (name === undefined || name in headers || leftToNode.has(name)) return undefined;
      headers[name] = match?.[2] ?? "";
    }
    const length = headers["content-length"] ?? "";
    const connection = headers["connection"]?.toLowerCase() ?? "keep-alive";
    if (headers["host"] === undefined || connection !== "keep-alive" || !/^\d{1,15}$/.test(length)) return undefined;
    const end = empty + 4;
    const head = { url, headers, contentLength: Number(length), end };
    this.#remember(chunk, start, head, length);
    return head;
  }

  #remember(chunk: Buffer, start: number, head: QuickHead, length: string): void {
    this.#bytes = undefined;
    if (head.end - start > maxRemembered) return;
    const bytes = Buffer.from(chunk.subarray(start, head.end));
    const match = /\r\ncontent-length:[ \t]*/i.exec(bytes.toString("latin1"));
    if (match === null) return;
    this.#bytes = bytes;
    this.#head = head;
    this.#digitsStart = match.index + match[0].length;
    this.#digitsEnd = this.#digitsStart + length.length;
  }
}
