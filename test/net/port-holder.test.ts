import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import t from "tap";
import { heldBy, portHolder } from "../../src/net/port-holder.ts";
import { boundEndpoint, listen } from "../../src/net/listen.ts";
import { freePort } from "../e2e/collector-process.ts";

// The name of a process is looked up in /proc; other systems need lsof, which is not everywhere.
const isLinux = process.platform === "linux";

t.test("portHolder() names the process that listens", { skip: !isLinux && "needs /proc" }, async (t) => {
  const script = `require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port); })`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  t.teardown(() => child.kill());
  const [text] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(text.toString());
  t.match(portHolder(port), new RegExp(`^"[^"]+" \\(pid ${child.pid}\\)$`));
  const error: unknown = await listen(createServer(), { port, host: "127.0.0.1" }).catch((cause: unknown) => cause);
  t.equal(heldBy(error, port), `: held by ${portHolder(port)}`);
});

t.test("portHolder() tells a port of its own, and admits what it does not know", async (t) => {
  const server = createServer();
  await listen(server, { port: 0, host: "127.0.0.1" });
  t.teardown(() => server.close());
  const { port } = boundEndpoint(server);
  if (isLinux) t.match(portHolder(port), /^this collector itself/);
  t.match(portHolder(await freePort()), /^a process that can/);
});

t.test("heldBy() is silent about other errors", async (t) => {
  const error: unknown = await listen(createServer(), { port: 1, host: "192.0.2.1" }).catch((cause: unknown) => cause);
  t.equal(heldBy(error, 1), "");
});
