import type { ConfigSource } from "../config/read-source.ts";
import { inContainer } from "../net/in-container.ts";
import type { Service } from "../service/service.ts";
import { readBuildInfo } from "./build-info.ts";
import { endpointRows, formatEndpointTable } from "./endpoint-table.ts";
import { keepCompiledCode } from "./keep-compiled-code.ts";
import { formatLedger } from "./ledger-line.ts";
import { loadForUser } from "./load.ts";
import { print, tolerateClosedConsole } from "./print.ts";
import { listenForSignals } from "./signals.ts";
import { watchLauncher } from "./watch-launcher.ts";

/** After the deadline, how long parts may take to give up before the process ends without them, in ms. */
const giveUpMs = 2000;

/** Why the collector stops. */
type Ending =
  | { readonly kind: "signal"; readonly name: string }
  | { readonly kind: "orphan" }
  | { readonly kind: "fatal"; readonly error: Error }
  | { readonly kind: "defect"; readonly error: unknown };

/** Runs the collector until a signal. Resolves with the exit code (reference §1.3). */
export async function runService(sources: readonly ConfigSource[], shutdownTimeoutMs: number): Promise<number> {
  tolerateClosedConsole();
  const ending = Promise.withResolvers<Ending>();
  listenForSignals({
    first: (name) => ending.resolve({ kind: "signal", name }),
    second: (exitCode) => process.exit(exitCode),
  });
  watchLauncher(() => ending.resolve({ kind: "orphan" }));

  // The service's code loads while the configuration is read.
  const [config, { Service }] = await Promise.all([loadForUser(sources), import("../service/service.ts")]);
  if (config === undefined) return 1;
  let service: Service;
  try {
    service = new Service(config, { buildInfo: readBuildInfo() });
  } catch (error) {
    return failed(error);
  }
  const defect = (error: unknown): void => {
    service.logger.error("Unexpected error, shutting down", { error: stackOf(error) });
    ending.resolve({ kind: "defect", error });
  };
  process.on("uncaughtException", defect);
  process.on("unhandledRejection", defect);

  // Sockets may all close while parts still drain: the process ends when this function says so, not before.
  const keepAlive = setInterval(() => {}, 1 << 30);
  service.fatal.then((error) => ending.resolve({ kind: "fatal", error }), defect);
  const started = service.start();
  let isStarted: boolean;
  try {
    // A signal does not wait for the start to end.
    isStarted = await Promise.race([started.then(() => true), ending.promise.then(() => false)]);
  } catch (error) {
    return await failed(error);
  }
  const { encoding } = config.service.telemetry.logs;
  if (isStarted) {
    keepCompiledCode();
    await tellEndpoints(service, encoding);
  }

  const end = await ending.promise;
  if (end.kind === "signal") service.logger.info("Received signal from OS", { signal: end.name });
  if (end.kind === "orphan") service.logger.info("The npm process that started the collector is gone, shutting down");
  if (end.kind === "fatal") {
    service.logger.error("Asynchronous error received, terminating process", { error: end.error.message });
  }
  // A start that is still under way ends with an error, because the service is shut down.
  started.catch(() => {});
  const isClean = await shutDown(service, shutdownTimeoutMs);
  await tellLedger(service, encoding);
  clearInterval(keepAlive);
  // As upstream, a fatal error that was shut down from in good order is not an exit code.
  return isClean && end.kind !== "defect" ? 0 : 1;
}

async function failed(error: unknown): Promise<number> {
  await print("stderr", `Error: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}

/** Drains until the deadline. Resolves with whether all parts shut down without error. */
async function shutDown(service: Service, timeoutMs: number): Promise<boolean> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error("the shutdown timeout has passed")), timeoutMs);
  const late = Promise.withResolvers<never>();
  const lateTimer = setTimeout(
    () => late.reject(new Error(`Cannot shut down: some parts did not end within ${timeoutMs + giveUpMs} ms`)),
    timeoutMs + giveUpMs,
  );
  try {
    await Promise.race([service.shutdown(deadline.signal), late.promise]);
    return true;
  } catch (error) {
    await failed(error);
    return false;
  } finally {
    clearTimeout(timer);
    clearTimeout(lateTimer);
  }
}

type Encoding = "console" | "json";

/** A table for people; entries of the log where programs read it. */
async function tellEndpoints(service: Service, encoding: Encoding): Promise<void> {
  const rows = endpointRows(service.endpoints(), inContainer());
  if (encoding === "console") await print("stderr", formatEndpointTable(rows));
  else for (const row of rows) service.logger.info("Listening", { ...row });
}

async function tellLedger(service: Service, encoding: Encoding): Promise<void> {
  const ledger = service.ledger();
  if (encoding === "console") await print("stderr", `${formatLedger(ledger)}\n`);
  else service.logger.info("Ledger", { ...ledger });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
