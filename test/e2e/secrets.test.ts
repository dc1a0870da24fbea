import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { traceRequest } from "../receivers/otlp/requests.ts";
import { CollectorProcess, freePort, root, until } from "./collector-process.ts";

/** In every secret: whatever prints one prints this. */
const canary = "cAnArY-7f3a9";
const encodedCanary = Buffer.from(`user:${canary}`).toString("base64");
const tlsFolder = path.join(root, "test", "fixtures", "tls");
const pem = JSON.stringify(readFileSync(path.join(tlsFolder, "test-only.key"), "utf8"));
/** A line of the key, as no program would make it by chance. */
const pemLine = readFileSync(path.join(tlsFolder, "test-only.key"), "utf8").split("\n")[1] ?? "";

interface Ports {
  readonly plain: number;
  readonly secured: number;
  readonly metrics: number;
  readonly zpages: number;
}

/** A secret in every key that holds one. The exporters are refused by the receiver, which repeats what it was shown. */
function configOf({ plain, secured, metrics, zpages }: Ports, tokenFile: string): string {
  const once = "sending_queue: {enabled: false}, retry_on_failure: {enabled: false}";
  return `
extensions:
  zpages: {endpoint: "127.0.0.1:${zpages}"}
  bearertokenauth/server: {tokens: ["server-${canary}", "second-${canary}"]}
  bearertokenauth/client: {token: "client-${canary}"}
  bearertokenauth/file: {filename: ${tokenFile}}
  basicauth/server: {htpasswd: {inline: "user:${canary}"}}
  basicauth/client: {client_auth: {username: user, password: "${canary}"}}
receivers:
  otlp:
    protocols: {http: {endpoint: "127.0.0.1:${plain}", response_headers: {x-answer: "answer-${canary}"}}}
  otlp/secured:
    protocols:
      http:
        endpoint: "127.0.0.1:${secured}"
        auth: {authenticator: bearertokenauth/server}
  otlp/tls:
    protocols:
      grpc:
        endpoint: "127.0.0.1:0"
        auth: {authenticator: basicauth/server}
        tls: {cert_file: ${path.join(tlsFolder, "test-only.crt")}, key_pem: ${pem}}
exporters:
  debug: {verbosity: detailed}
  otlp_http: {endpoint: "http://127.0.0.1:${secured}", headers: {x-key: "header-${canary}"}, auth: {authenticator: bearertokenauth/client}, ${once}}
  otlp_http/header: {endpoint: "http://127.0.0.1:${secured}", headers: {Authorization: "Bearer header-${canary}"}, ${once}}
  otlp_http/file: {endpoint: "http://127.0.0.1:${secured}", auth: {authenticator: bearertokenauth/file}, ${once}}
  otlp_http/basic: {endpoint: "http://127.0.0.1:${secured}", auth: {authenticator: basicauth/client}, ${once}}
  otlp_grpc: {endpoint: "127.0.0.1:${secured}", tls: {insecure: true}, headers: {authorization: "Bearer header-${canary}"}, ${once}}
service:
  extensions: [zpages, bearertokenauth/server, bearertokenauth/client, bearertokenauth/file, basicauth/server, basicauth/client]
  telemetry:
    logs: {level: debug}
    metrics: {level: detailed, readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${metrics}}}}}]}
  pipelines:
    traces: {receivers: [otlp], exporters: [debug, otlp_http, otlp_http/header, otlp_http/file, otlp_http/basic, otlp_grpc]}
    traces/in: {receivers: [otlp/secured, otlp/tls], exporters: [debug]}
`;
}

const exporterIds = ["otlp_http", "otlp_http/header", "otlp_http/file", "otlp_http/basic", "otlp_grpc"];
const pages = ["/", "/debug/servicez", "/debug/pipelinez", "/debug/extensionz", "/debug/tracez", "/debug/ledger"];

t.test("no output of the program holds a secret of its configuration", async (t) => {
  const [plain, secured, metrics, zpages] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const folder = t.testdir({ token: `file-${canary}\n` });
  const tokenFile = path.join(folder, "token");
  const yaml = configOf({ plain, secured, metrics, zpages }, tokenFile);
  const collector = await CollectorProcess.start(yaml);
  t.teardown(() => collector.stop());
  const outputs = new Map<string, string>();

  const headers = { "content-type": "application/x-protobuf" };
  const send = (port: number, more: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: "POST",
      headers: { ...headers, ...more },
      body: traceRequest(),
    });
  const answer = await send(plain);
  outputs.set("answer to a request that failed", await answer.text());
  t.equal(
    (await send(secured, { authorization: `Basic server-${canary}` })).status,
    401,
    "a token with a wrong scheme",
  );
  t.equal((await send(secured, { authorization: `Bearer second-${canary}` })).status, 200);
  await until("every exporter has failed", () =>
    exporterIds.every((id) =>
      collector.stderr.split("\n").some((line) => line.includes(`"${id}"`) && /rror/.test(line)),
    ),
  );
  writeFileSync(tokenFile, `\n`);
  await until("the token file is complained about", () => collector.stderr.includes("Credentials file cannot be used"));

  for (const page of pages) {
    for (const format of ["", "?format=json"]) {
      outputs.set(`${page}${format}`, await (await fetch(`http://127.0.0.1:${zpages}${page}${format}`)).text());
    }
  }
  outputs.set("/metrics", await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text());
  await collector.stop();
  outputs.set("stdout", collector.stdout);
  outputs.set("stderr", collector.stderr);

  const wrong = yaml.replace("verbosity: detailed", "verbosity: loud").replace('["server-', '[{}, "server-');
  writeFileSync(path.join(folder, "right.yaml"), yaml);
  writeFileSync(path.join(folder, "wrong.yaml"), wrong);
  for (const [name, args] of [
    ["right.yaml", ["validate"]],
    ["wrong.yaml", ["validate"]],
    ["wrong.yaml", []],
  ] as const) {
    const options = { cwd: root, encoding: "utf8", timeout: 20_000 } as const;
    const command = [path.join(root, "bin/otelcol"), ...args, "--config", path.join(folder, name)];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, options);
    t.equal(status, name === "wrong.yaml" ? 1 : 0, stderr);
    outputs.set(`${args.join(" ")} ${name}`, stdout + stderr);
  }
  t.match(collector.stderr, /does not match/, "the peer's answer is in the log");
  for (const [name, text] of outputs) {
    for (const secret of [canary, encodedCanary, pemLine]) {
      const at = text.indexOf(secret);
      t.equal(at < 0 ? "" : text.slice(Math.max(0, at - 300), at + 30), "", name);
    }
  }
});
