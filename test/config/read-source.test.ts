import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import path from "node:path";
import t, { type Test } from "tap";
import { loadConfig } from "../../src/config/load-config.ts";
import { fakeRegistry } from "./fake-registry.ts";

const base = `receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}
`;

async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  t.teardown(() => server.close());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot see the port of the server");
  return `http://127.0.0.1:${address.port}`;
}

/** The base, whose exporters stand in a file. */
function including(file: string): string {
  return `yaml:${base.replace("{debug: }", `\${file:${file}}`)}`;
}

async function problemOf(...uris: readonly string[]): Promise<string> {
  const sources = uris.map((uri) => ({ uri }));
  const error = await loadConfig(sources, fakeRegistry, {}).catch((caught: unknown) => caught);
  return error instanceof Error ? (error.message.split("\n")[1] ?? "") : "no error";
}

t.test("a configuration comes from a URL, through redirects, and errors name the URL and line", async (t) => {
  const seen: string[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    if (request.url === "/moved") response.writeHead(302, { location: "/c.yaml" }).end();
    else if (request.url === "/c.yaml") response.end(base);
    else if (request.url === "/wrong.yaml") response.end(base.replace("grpc", "grcp"));
    else response.writeHead(404).end("receivers: {}");
  });
  const config = await loadConfig([{ uri: `${url}/moved` }], fakeRegistry, {});
  t.ok(config.exporters.has("debug"));
  t.strictSame(seen, ["GET /moved undefined", "GET /c.yaml undefined"]);

  const wrong = `${url.replace("http://", "http://joe:secret@")}/wrong.yaml`;
  t.match(await problemOf(wrong), new RegExp(`^${url}/wrong.yaml:1:32 receivers::otlp::protocols: has invalid keys`));
  t.match(seen.at(-1), /^GET \/wrong.yaml Basic /, "the password is sent, and not shown");
  t.equal(await problemOf(`${url}/no`), `failed to load resource from uri "${url}/no". status code: 404`);
});

t.test("a URL that does not answer as it should is told, never with its password", async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === "/loop") response.writeHead(301, { location: "/loop" }).end();
    else if (request.url === "/cut") response.writeHead(200, { "content-length": "9" }).write("a");
    else if (request.url === "/large") response.end(Buffer.alloc((4 << 20) + 1, " "));
    else response.writeHead(302, { location: "file:///etc/hostname" }).end();
    if (request.url === "/cut") setTimeout(() => response.destroy(), 20);
  });
  const get = 'unable to download the file via HTTP GET for uri "';
  t.equal(await problemOf(`${url}/loop`), `${get}${url}/loop": more than 10 redirects`);
  t.equal(await problemOf(`${url}/cut`), `${get}${url}/cut": aborted`);
  t.equal(await problemOf(`${url}/large`), `${get}${url}/large": the answer is larger than the limit of 4194304 bytes`);
  t.match(await problemOf(`${url}/other`), /it redirects to file:$/);
  t.equal(await problemOf("http:"), `${get}http:": it is no valid URL`);
  const closed = await problemOf("http://joe:secret@127.0.0.1:9/x");
  t.match(closed, /"http:\/\/127.0.0.1:9\/x": connect ECONNREFUSED 127.0.0.1:9$/);
  t.notMatch(closed, /secret/);
});

t.test("an included file keeps its own lines in errors, through further files", async (t) => {
  const folder = t.testdir({
    "inner.yaml": "verbosity: detailed\nuse_internal_loger: true\n",
    "outer.yaml": "debug: ${file:INNER}\n",
    "tab.yaml": "debug:\n\tverbosity: basic\n",
  });
  const inner = path.join(folder, "inner.yaml");
  const outer = path.join(folder, "outer.yaml");
  const tab = path.join(folder, "tab.yaml");
  writeFileSync(outer, `debug: \${file:${inner}}\n`);
  t.match(await problemOf(including(outer)), new RegExp(`^${inner}:2:1 exporters::debug: has invalid keys: use_int`));
  t.match(
    await problemOf(including(tab)),
    new RegExp(
      `^yaml:receivers: .*…:2:12 exporters: expected a map or struct, .* which is no YAML: ${tab}:2:1: a tab stands`,
    ),
  );
});

t.test("files and what they include have limits", async (t) => {
  const folder = t.testdir({ "large.yaml": base, "many.yaml": "" });
  const large = path.join(folder, "large.yaml");
  truncateSync(large, (4 << 20) + 1);
  t.match(await problemOf(large), /it is larger than the limit of 4194304 bytes$/);
  t.match(await problemOf("/dev/zero"), /it is larger than the limit of 4194304 bytes$/);
  truncateSync(large, 4 << 20);
  const list = Array.from({ length: 5 }, () => `"\${file:${large}}"`).join(", ");
  t.match(await problemOf(`yaml:{receivers: [${list}]}`), /makes the included texts longer than 16777216 characters/);
});
