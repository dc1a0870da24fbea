import type { HttpRequest } from "./http-message.ts";

export interface CorsConfig {
  /** Origins; `*` in one matches any run of characters. Empty: CORS is off. */
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly exposedHeaders: readonly string[];
  /** How long a browser may keep the answer to a preflight, in seconds; 0 leaves it out. */
  readonly maxAge: number;
}

type Headers = Record<string, string>;

const methods: ReadonlySet<string> = new Set(["GET", "POST", "HEAD"]);
const alwaysAllowedHeaders = ["accept", "content-type", "x-requested-with"];

/** Cross-origin rules of one server (reference §4.6). */
export class Cors {
  readonly #config: CorsConfig;
  readonly #origins: readonly RegExp[];
  readonly #allowsAnyOrigin: boolean;
  readonly #headers: ReadonlySet<string>;

  constructor(config: CorsConfig) {
    this.#config = config;
    this.#origins = config.allowedOrigins.map(originPattern);
    this.#allowsAnyOrigin = config.allowedOrigins.includes("*");
    this.#headers = new Set([...alwaysAllowedHeaders, ...config.allowedHeaders.map((name) => name.toLowerCase())]);
  }

  get isOn(): boolean {
    return this.#origins.length > 0;
  }

  isPreflight(request: HttpRequest): boolean {
    return this.isOn && request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
  }

  /** Headers of the answer (204) to a preflight; without the allowing ones if it is refused. */
  preflightHeaders(request: HttpRequest): Headers {
    const vary = { vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers" };
    const origin = this.#allowed(request.headers.origin);
    const method = request.headers["access-control-request-method"] ?? "";
    const wanted = request.headers["access-control-request-headers"];
    if (origin === undefined || !methods.has(method.toUpperCase()) || !this.#allowsHeaders(wanted)) return vary;
    return {
      ...vary,
      "access-control-allow-origin": origin,
      "access-control-allow-methods": method.toUpperCase(),
      "access-control-allow-credentials": "true",
      ...(wanted !== undefined && wanted !== "" && { "access-control-allow-headers": wanted }),
      ...(this.#config.maxAge > 0 && { "access-control-max-age": String(this.#config.maxAge) }),
    };
  }

  /** Headers that every other answer gets. */
  headers(request: HttpRequest): Headers {
    const origin = this.#allowed(request.headers.origin);
    if (origin === undefined) return { vary: "Origin" };
    const exposed = this.#config.exposedHeaders.join(", ");
    return {
      "vary": "Origin",
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      ...(exposed !== "" && { "access-control-expose-headers": exposed }),
    };
  }

  #allowed(origin: string | undefined): string | undefined {
    if (origin === undefined || origin === "") return undefined;
    if (this.#allowsAnyOrigin) return "*";
    const folded = origin.toLowerCase();
    return this.#origins.some((pattern) => pattern.test(folded)) ? origin : undefined;
  }

  #allowsHeaders(wanted: string | undefined): boolean {
    if (wanted === undefined || wanted === "" || this.#headers.has("*")) return true;
    return wanted.split(",").every((name) => this.#headers.has(name.trim().toLowerCase()));
  }
}

function originPattern(origin: string): RegExp {
  const parts = origin
    .toLowerCase()
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`);
}
