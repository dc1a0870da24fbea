import { defineCommand, UsageError, type Options } from "../command.ts";
import { readSourceFlags, sourceFlags, type SourceFlag } from "../source-flags.ts";
import { readTimeout } from "../timeout-flag.ts";

export const healthcheck = defineCommand({
  name: "healthcheck",
  usage: ["healthcheck [--endpoint URL | --config FILE] [flags]"],
  about: `Asks the health_check extension of a running collector whether it takes data, and answers by its exit code:
for containers without a shell or curl. Where to ask is --endpoint, or what the configuration says.`,
  flags: {
    ...sourceFlags,
    endpoint: { type: "string", value: "URL", about: "Where to ask (default http://localhost:13133/)" },
    pipeline: { type: "string", value: "ID", about: "Ask for one pipeline, by /readyz" },
    timeout: { type: "string", value: "DURATION", about: "Longest wait for an answer (default 3s)" },
    insecure: { type: "boolean", about: "Take any certificate of the collector" },
    format: { type: "string", value: "NAME", about: "How to print (default text)", choices: ["text", "json"] },
  },
  notes: { "In a Dockerfile": 'HEALTHCHECK CMD ["otelcol", "healthcheck", "--config", "/etc/otelcol/config.yaml"]' },
  exitCodes: { 0: "it takes data", 1: "it does not, cannot be reached, or a flag is wrong" },
  examples: [
    "otelcol healthcheck",
    "otelcol healthcheck --endpoint http://localhost:13133/readyz",
    "otelcol healthcheck --config /etc/otelcol/config.yaml",
  ],
  async run(options) {
    const timeoutMs = readTimeout(options.text("timeout"), 3000);
    const url = await findUrl(options);
    if (url === undefined) return 1;
    const pipeline = options.text("pipeline");
    if (pipeline !== undefined) {
      url.pathname = "/readyz";
      url.searchParams.set("pipeline", pipeline);
    }
    const [{ askHttp }, { reachText }, { print }] = await Promise.all([
      import("../ask-http.ts"),
      import("../reach-text.ts"),
      import("../print.ts"),
    ]);
    let isHealthy = false;
    let answer: string;
    let remedy = "";
    try {
      const { status, body } = await askHttp(url, { timeoutMs, insecure: options.has("insecure") });
      isHealthy = status >= 200 && status < 300;
      answer = `HTTP ${status} ${body.toString().trim()}`;
    } catch (error) {
      ({ answer, remedy } = reachText(error, url));
    }
    if (options.text("format") === "json") {
      await print(
        "stdout",
        `${JSON.stringify({ healthy: isHealthy, url: url.href, answer, ...(remedy !== "" && { remedy }) })}\n`,
      );
    } else {
      await print(
        isHealthy ? "stdout" : "stderr",
        `${isHealthy ? "healthy" : "not healthy"}: ${url.href}: ${answer}\n`,
      );
      if (remedy !== "") await print("stderr", `${remedy}; the configuration needs the extension health_check\n`);
    }
    return isHealthy ? 0 : 1;
  },
});

async function findUrl(options: Options<SourceFlag | "endpoint">): Promise<URL | undefined> {
  const text = options.text("endpoint");
  if (text !== undefined) {
    const url = URL.parse(text.includes("://") ? text : `http://${text}`);
    if (url?.protocol === "http:" || url?.protocol === "https:") return url;
    throw new UsageError(`invalid argument "${text}" for "--endpoint" flag: write http://host:port/path`);
  }
  const sources = readSourceFlags(options);
  if (sources.length === 0) return new URL("http://localhost:13133/");
  const [{ loadForUser }, { healthUrl }] = await Promise.all([import("../load.ts"), import("../running-collector.ts")]);
  const config = await loadForUser(sources);
  if (config === undefined) return undefined;
  const url = healthUrl(config);
  if (url !== undefined) return url;
  throw new UsageError("the configuration has no health_check under service::extensions: add it, or name --endpoint");
}
