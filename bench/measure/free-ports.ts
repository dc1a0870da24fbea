import { createServer } from "node:net";
import { once } from "node:events";

/** `count` different ports that were free a moment ago, for processes that are told their ports. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  const ports: number[] = [];
  for (const server of servers) {
    if (!server.listening) await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot find a free port: no address");
    ports.push(address.port);
  }
  for (const server of servers) server.close();
  return ports;
}
