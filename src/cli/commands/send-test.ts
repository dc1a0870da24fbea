import { defineCommand, UsageError } from "../command.ts";
import { readTimeout } from "../timeout-flag.ts";

const signalNames = ["traces", "metrics", "logs"] as const;
const protocolNames = ["grpc", "http/protobuf", "http/json"] as const;

export const sendTest = defineCommand({
  name: "send-test",
  usage: ["send-test [--endpoint URL] [flags]"],
  about: `Sends one span, one metric and one log record to any OTLP endpoint and prints what came back: accepted,
partially accepted, or refused with the reason. Without flags: to the ports of a collector on this machine.`,
  flags: {
    "endpoint": {
      type: "string",
      value: "URL",
      about: "Where to send (default http://localhost:4317 for grpc, http://localhost:4318 for the others)",
    },
    "protocol": {
      type: "string",
      value: "NAME",
      multiple: true,
      about: "How to send (default all)",
      choices: protocolNames,
    },
    "signal": {
      type: "string",
      value: "NAME",
      multiple: true,
      about: "What to send (default all)",
      choices: signalNames,
    },
    "header": {
      type: "string",
      value: "NAME=VALUE",
      multiple: true,
      about: "Header of each request, such as credentials",
    },
    "service-name": {
      type: "string",
      value: "NAME",
      about: "service.name of what is sent (default otelcol-send-test)",
    },
    "timeout": { type: "string", value: "DURATION", about: "Longest wait for an answer (default 5s)" },
    "insecure": { type: "boolean", about: "Take any certificate of the peer" },
    "format": { type: "string", value: "NAME", about: "How to print (default text)", choices: ["text", "json"] },
  },
  exitCodes: { 0: "everything was accepted", 1: "something was not, or a flag is wrong" },
  examples: [
    "otelcol send-test",
    "otelcol send-test --protocol http/json --signal traces --format json",
    "otelcol send-test --endpoint https://otlp.example.com --header x-api-key=TOKEN",
  ],
  async run(options) {
    const timeoutMs = readTimeout(options.text("timeout"), 5000);
    const headers = Object.fromEntries(options.texts("header").map(parseHeader));
    const endpoint = options.text("endpoint");
    const common = {
      headers,
      timeoutMs,
      insecure: options.has("insecure"),
      serviceName: options.text("service-name") ?? "otelcol-send-test",
    };
    const [{ sendTest: send, testProtocols }, { print }] = await Promise.all([
      import("../send-test.ts"),
      import("../print.ts"),
    ]);
    const wanted = options.texts("protocol");
    const signals = signalNames.filter(
      (name) => options.texts("signal").length === 0 || options.texts("signal").includes(name),
    );
    const results = [];
    for (const protocol of testProtocols.filter((name) => wanted.length === 0 || wanted.includes(name))) {
      const url = parseUrl(endpoint ?? (protocol === "grpc" ? "http://localhost:4317" : "http://localhost:4318"));
      // One after the other, so that the order in a log is that of the lines here.
      for (const signal of signals) results.push(await send(signal, protocol, { ...common, url }));
    }
    const isGood = results.every(({ accepted }) => accepted);
    if (options.text("format") === "json") {
      await print("stdout", `${JSON.stringify({ accepted: isGood, results }, null, 2)}\n`);
    } else {
      const lines = results.map(({ signal, protocol, url, accepted, answer, remedy, tookMs }) => {
        const head = `${accepted ? "ok  " : "FAIL"}  ${signal.padEnd(7)}  ${protocol.padEnd(13)}  ${url}`;
        return `${head}  ${answer} (${tookMs} ms)${remedy === undefined ? "" : `\n      ${remedy}`}`;
      });
      await print("stdout", `${lines.join("\n")}\n`);
    }
    return isGood ? 0 : 1;
  },
});

function parseHeader(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals > 0) return [text.slice(0, equals).trim().toLowerCase(), text.slice(equals + 1)];
  throw new UsageError(`invalid argument "${text}" for "--header" flag: write NAME=VALUE`);
}

function parseUrl(text: string): URL {
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new UsageError(`invalid argument "${text}" for "--endpoint" flag: write http://host:port or https://host:port`);
}
