import type { ConfigSource } from "../config/read-source.ts";
import { inContainer } from "../net/in-container.ts";
import type { Service } from "../service/service.ts";
import { readBuildInfo } from "./build-info.ts";
import { endpointRows, formatEndpointTable } from "./endpoint-table.ts";
import { growHeap } from "./grow-heap.ts";
import { keepCompiledCode } from "./keep-compiled-code.ts";
import { formatLedger } from "./ledger-line.ts";
import { loadForUser } from "./load.ts";
import type { Reloader } from "./reloader.ts";
import { print } from "./print.ts";
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

export interface RunOptions {
  readonly shutdownTimeoutMs: number;
  /** Read the configuration again when one of its files changes. */
  readonly watchesFiles: boolean;
  /** For the console, below the table of ports. */
  readonly hint?: string;
}

/** Runs the collector until a signal. Resolves with the exit code (reference §1.3). */
export async function runService(sources: readonly ConfigSource[], options: RunOptions): Promise<number> {
  const { shutdownTimeoutMs } = options;
  growHeap();
  const ending = Promise.withResolvers<Ending>();
  /** Absent until there is something to reload: a start reads the files anyway. */
  let hungUp: (() => void) | undefined;
  listenForSignals({
    first: (name) => ending.resolve({ kind: "signal", name }),
    second: (exitCode) => process.exit(exitCode),
    reload: () => hungUp?.(),
  });
  watchLauncher(() => ending.resolve({ kind: "orphan" }));

  // The service's code loads while the configuration is read.
  const [config, { Service }] = await Promise.all([loadForUser(sources), import("../service/service.ts")]);
  if (config === undefined) return 1;
  let service: Service;
  try {
    service = new Service(config, { buildInfo: readBuildInfo(), requestReload: () => reload() });
  } catch (error) {
    return failed(error);
  }
  const { encoding } = config.service.telemetry.logs;
  const reload = makeReload(sources, service, () => tellEndpoints(service, encoding));
  hungUp = () => {
    service.logger.info("Received signal from OS", { signal: "hangup" });
    // What went wrong is logged.
    reload().catch(() => {});
  };
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
  if (isStarted) {
    keepCompiledCode();
    await tellEndpoints(service, encoding);
    if (options.hint !== undefined) await print("stderr", options.hint);
  }
  if (options.watchesFiles) {
    const { watchSources } = await import("./watch-files.ts");
    watchSources(sources, service.logger, reload);
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

/** Has the configuration read again; the code for it is loaded when somebody asks for the first time. */
function makeReload(sources: readonly ConfigSource[], service: Service, reloaded: () => Promise<void>) {
  let reloader: Promise<Reloader> | undefined;
  return async (): Promise<void> => {
    reloader ??= import("./reloader.ts").then((m) => m.makeReloader(sources, service, reloaded));
    await (await reloader).request();
  };
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
