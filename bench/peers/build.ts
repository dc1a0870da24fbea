// npm run bench:peers: builds the Go collectors that ours is measured beside, from the Go module proxy: v0.165.0 with the
// official builder, and v0.91.0, the last with a Wavefront exporter, from go-wavefront/ (its builder's checksum is no longer
// served). Needs Go and some minutes. Rotel, a collector in Rust, is not on crates.io, where another project has its name.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { peersFolder } from "./peers.ts";

const here = import.meta.dirname;
const builder = "go.opentelemetry.io/collector/cmd/builder@v0.165.0";

function run(folder: string, env: Readonly<Record<string, string>>, command: string, ...args: string[]): void {
  console.log(`${command} ${args.join(" ")}`);
  const { status, error } = spawnSync(command, args, {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`Cannot build the peers: ${command} failed (${error?.message ?? status})`);
}

function build(program: string, make: (folder: string) => void): void {
  const target = path.join(peersFolder, program);
  if (existsSync(target) && !process.argv.includes("--force")) {
    console.log(`${target} exists; --force builds it again`);
    return;
  }
  const folder = path.join(peersFolder, `build-${program}`);
  mkdirSync(folder, { recursive: true });
  make(folder);
  run(folder, {}, target, "--version");
}

build("otelcol-go", (folder) => {
  copyFileSync(path.join(here, "builder.yaml"), path.join(folder, "builder.yaml"));
  run(folder, { GOBIN: folder }, "go", "install", builder);
  run(folder, {}, path.join(folder, "builder"), "--config", "builder.yaml");
  copyFileSync(path.join(folder, "build/otelcol-go"), path.join(peersFolder, "otelcol-go"));
});
build("otelcol-go-wavefront", (folder) => {
  cpSync(path.join(here, "go-wavefront"), folder, { recursive: true });
  run(folder, {}, "go", "build", "-o", path.join(peersFolder, "otelcol-go-wavefront"), ".");
});
