import type { RequestContext } from "../../component/consumer.ts";
import { Cors } from "../../net/cors.ts";
import { isClosed, senderOf, type HttpRequest, type HttpResponse } from "../../net/http-message.ts";
import { InFlight } from "../../net/in-flight.ts";
import { inflate, type SizeLimit } from "../../net/inflate.ts";
import { assumedBodyBytes, claimedLength, discardBody, endLoan, readBody } from "../../net/read-body.ts";
import type { Rejections } from "../../net/rejections.ts";
import type { RejectionReason } from "../../net/request-error.ts";
import { Reservation } from "../../net/reservation.ts";
import { requireCredentials, type ServerAuthenticator } from "../../net/server-authenticator.ts";
import { signals, type Signal } from "../../pdata/signal.ts";
import type { HttpConfig } from "./config.ts";
import type { Corrections } from "./corrections.ts";
import { decodeBody, type BodyForm } from "./decode-body.ts";
import { answerEmpty, answerStatus, answerSuccess, answerText, contentTypes, type Headers } from "./http-answer.ts";
import type { Intake } from "./intake.ts";
import { refusalOf } from "./refusal.ts";
import {
  contentEncoding,
  credentialHeaders,
  labelledForm,
  loggedPath,
  metadataOf,
  noMetadata,
} from "./request-head.ts";
import { Router } from "./router.ts";

const defaultMaxBodyBytes = 20 * 1024 * 1024;
/** How much of a body that was refused is still read, so that its sender comes to read the answer. */
const maxDiscardedBytes = 64 * 1024 * 1024;

export interface OtlpHttpOptions {
  readonly config: HttpConfig;
  readonly intake: Intake;
  readonly rejections: Rejections;
  readonly corrections: Corrections;
  readonly authenticator: ServerAuthenticator | undefined;
  /** Query parameters that the authenticator sees as headers. */
  readonly requestParams: readonly string[];
}

/** What one request has told so far. */
interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly peer: string;
  /** Form of the answer: that of the body where it is known, before that of its label. */
  form: BodyForm;
  reservation: Reservation | undefined;
}

/** OTLP over HTTP (reference §4.3), on requests that a server hands over. */
export class OtlpHttp {
  readonly #options: OtlpHttpOptions;
  readonly #router: Router;
  readonly #cors: Cors;
  readonly #encodings: ReadonlySet<string>;
  readonly #limit: SizeLimit;
  /** `response_headers`; undefined if there are none. */
  readonly #fixedHeaders: Headers | undefined;
  readonly #inFlight = new InFlight();
  #isClosing = false;

  constructor(options: OtlpHttpOptions) {
    const { config } = options;
    this.#options = options;
    this.#router = new Router(config);
    this.#cors = new Cors(config.cors);
    this.#encodings = new Set(config.compressionAlgorithms);
    const maxBytes = config.maxRequestBodySize > 0 ? config.maxRequestBodySize : defaultMaxBodyBytes;
    this.#limit = { maxBytes, option: "max_request_body_size" };
    const fixed = [...config.responseHeaders].map(([name, value]) => [name.toLowerCase(), value.reveal()]);
    this.#fixedHeaders = fixed.length === 0 ? undefined : Object.fromEntries(fixed);
  }

  /** Serves one request; never throws. */
  readonly handle = (request: HttpRequest, response: HttpResponse): void => {
    this.#inFlight.begin();
    // Broken connections are told by "close" where it matters.
    if ("on" in request) request.on("error", ignore);
    response.on("error", ignore);
    this.#serve(request, response)
      // Not even the error could be answered.
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
      .finally(() => {
        // Under way until the answer is with the operating system, or nobody waits for it any more.
        if (isClosed(response)) this.#inFlight.end();
        else response.once("close", this.#end);
      });
  };

  /** From now on every answer ends its connection; resolves when no request is under way. */
  close(): Promise<void> {
    this.#isClosing = true;
    return this.#inFlight.idle();
  }

  readonly #end = (): void => this.#inFlight.end();

  async #serve(request: HttpRequest, response: HttpResponse): Promise<void> {
    const { config } = this.#options;
    const exchange: Exchange = {
      request,
      response,
      peer: senderOf(request),
      form: labelledForm(request.headers["content-type"]) ?? "json",
      reservation: undefined,
    };
    if (config.writeTimeout > 0) response.setTimeout(config.writeTimeout, () => response.destroy());
    if (this.#cors.isPreflight(request)) {
      answerEmpty(response, 204, { ...this.#headers(request), ...this.#cors.preflightHeaders(request) });
      return;
    }
    try {
      await this.#take(exchange);
    } catch (error) {
      this.#refuse(exchange, error);
    } finally {
      exchange.reservation?.release();
    }
  }

  async #take(exchange: Exchange): Promise<void> {
    const { request, response, peer } = exchange;
    const { config, intake, corrections, authenticator, requestParams } = this.#options;
    if (authenticator !== undefined) requireCredentials(authenticator, credentialHeaders(request, requestParams));
    const encoding = contentEncoding(request.headers["content-encoding"], this.#encodings);
    const route = this.#router.find(request.url ?? "");
    if (route === undefined || !intake.uses(route.signal)) return this.#notFound(exchange, route?.signal);
    if (request.method !== "POST") {
      return this.#refuseHead(exchange, 405, "wrong_method", "405 method not allowed, supported: [POST]");
    }
    const label = labelledForm(request.headers["content-type"]);
    if (label === undefined) return this.#refuseHead(exchange, 415, "unsupported_media_type", unsupportedMediaType);

    const claimed = claimedLength(request, this.#limit);
    const admission = intake.admission(route.signal);
    if (admission !== undefined) {
      exchange.reservation = new Reservation(admission);
      const refusal = exchange.reservation.resize(claimed ?? assumedBodyBytes);
      if (refusal !== undefined) throw refusal;
    }
    if (request.headers.expect !== undefined) response.writeContinue();
    // JSON becomes other bytes; protobuf is kept as it came.
    const isLent = label === "json" && encoding === undefined;
    const reading = readBody(request, claimed, this.#limit, exchange.reservation, isLent);
    const raw = reading instanceof Uint8Array ? reading : await reading;
    const body = encoding === undefined ? raw : await inflate(raw, encoding, this.#limit);
    const refusal = exchange.reservation?.resize(body.length);
    if (refusal !== undefined) throw refusal;
    const { batch, form } = decodeBody(route.signal, body, label);
    if (form === "json") endLoan(request);
    exchange.form = form;
    if (form !== label) corrections.add("content_type", peer, loggedPath(request), labelRemedy(form));
    if (route.correction !== undefined) corrections.add("path", peer, loggedPath(request), route.correction);
    const metadata = config.includeMetadata ? metadataOf(request) : noMetadata;
    const context: RequestContext = { peer, metadata, transport: "http" };
    await intake.take(batch, context);
    answerSuccess(response, form, this.#headers(request));
  }

  #refuse(exchange: Exchange, error: unknown): void {
    const refusal = refusalOf(error, "http");
    this.#reject(exchange, refusal.reason, refusal.error, refusal.remedy);
    // Where a body makes no sense, what follows it on the connection may make none either.
    const isSuspect = suspectReasons.has(refusal.reason);
    const headers = { ...this.#headers(exchange.request), ...(isSuspect && closing(exchange.request)) };
    answerStatus(exchange.response, refusal.httpStatus, refusal.status, exchange.form, headers);
    discardBody(exchange.request, exchange.response, maxDiscardedBytes);
  }

  #notFound(exchange: Exchange, signal: Signal | undefined): void {
    const { intake } = this.#options;
    const used = signals.filter((signal) => intake.uses(signal)).map((signal) => this.#router.pathOf(signal));
    const unused = signals.filter((signal) => !intake.uses(signal));
    const valid = `this OTLP receiver takes POST ${used.join(", ")}`;
    const missing = unused.length === 0 ? "" : ` (no pipeline takes ${unused.join(", ")})`;
    const [reason, remedy]: [RejectionReason, string] =
      signal === undefined
        ? ["unknown_path", `correct the path in the client's endpoint: ${valid}`]
        : ["unused_signal", `add a pipeline for ${signal} with this receiver, or switch ${signal} off in the client`];
    this.#reject(exchange, reason, "404 page not found", remedy);
    this.#answerText(exchange, 404, `404 page not found\n${valid}${missing}\n`, "text/plain; charset=utf-8");
  }

  #refuseHead(exchange: Exchange, status: number, reason: RejectionReason, text: string): void {
    this.#reject(exchange, reason, text, headRemedies[status] ?? "");
    this.#answerText(exchange, status, text, "text/plain");
  }

  #answerText(exchange: Exchange, status: number, text: string, contentType: string): void {
    answerText(exchange.response, status, text, { ...this.#headers(exchange.request), "content-type": contentType });
    discardBody(exchange.request, exchange.response, maxDiscardedBytes);
  }

  #reject({ request, peer }: Exchange, reason: RejectionReason, error: string, remedy: string): void {
    const protocol = `HTTP/${request.httpVersion}`;
    this.#options.rejections.add({ reason, peer, protocol, path: loggedPath(request), error, remedy });
  }

  /** Headers that every answer to this request gets; usually none. */
  #headers(request: HttpRequest): Headers | undefined {
    const isLast = this.#isClosing || !this.#options.config.keepAlivesEnabled;
    if (!isLast && this.#fixedHeaders === undefined && !this.#cors.isOn) return undefined;
    return {
      ...this.#fixedHeaders,
      ...(this.#cors.isOn && this.#cors.headers(request)),
      ...(isLast && closing(request)),
    };
  }
}

const suspectReasons: ReadonlySet<RejectionReason> = new Set(["bad_data", "corrupt_encoding", "garbled"]);

const unsupportedMediaType = "415 unsupported media type, supported: [application/json, application/x-protobuf]";

const headRemedies: Readonly<Record<number, string>> = {
  405: "send with POST",
  415: "set the client's Content-Type to application/x-protobuf or application/json",
};

function labelRemedy(form: BodyForm): string {
  return `nothing is lost; the client should send Content-Type: ${contentTypes[form]}, do not set that header by hand`;
}

/** HTTP/2 has no such header. */
function closing(request: HttpRequest): Headers {
  return request.httpVersionMajor === 1 ? { connection: "close" } : {};
}

function ignore(): void {}
