// What remembering the last head is worth (src/net/http1/quick-head.ts): http1.ts [ROUNDS]. µs of CPU time a head, best of
// five, of a head that Go's exporter writes: the same but for its length, and another one each time.
import { QuickHeads } from "../src/net/http1/quick-head.ts";

const rounds = Number(process.argv[2] ?? 100_000);

function head(agent: string, length: number): Buffer {
  const lines = [
    "POST /v1/traces HTTP/1.1",
    "Host: localhost:4318",
    `User-Agent: ${agent}`,
    `Content-Length: ${length}`,
  ];
  return Buffer.from([...lines, "Content-Type: application/x-protobuf", "Accept-Encoding: gzip", "\r\n"].join("\r\n"));
}

for (const [name, others] of [
  ["the same but for its length", [head("go", 100), head("go", 2000), head("go", 35)]],
  ["another one", [head("go", 100), head("python", 100)]],
] as const) {
  let best = Infinity;
  for (let attempt = 0; attempt < 5; attempt++) {
    const heads = new QuickHeads();
    const began = process.cpuUsage();
    for (let round = 0; round < rounds; round++) heads.read(others[round % others.length] ?? others[0], 0);
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / rounds);
  }
  console.log(`${name.padEnd(40)} ${best.toFixed(3)}`);
}
