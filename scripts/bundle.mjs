// `npm run build`, and `bin/otelcol` when a source has changed: puts src/ and what it needs at every start into the one
// file dist/otelcol.cjs, which loads in a fraction of the time of its 400 parts. Runs on any Node.js from 18 on.
import { readdirSync, readFileSync, renameSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const target = path.join(root, "dist", "otelcol.cjs");

/** Needed at every start. The other packages stay in node_modules and are loaded by what needs them. */
const bundledPackages = ["pino", "valibot", "yaml"];

const { dependencies } = JSON.parse(read("package.json"));

/** Change what is built without being part of it. */
const rules = ["package.json", "package-lock.json", "tsconfig.json", "scripts/bundle.mjs"];

function read(file) {
  return readFileSync(path.join(root, file), "utf8");
}

/**
 * A module may ask for its place, to find package.json. In the bundle that is still its place in src/, seen from the
 * folder of the package.
 */
const placesOfModules = {
  name: "places of modules",
  setup(builder) {
    const asking = readdirSync(path.join(root, "src"), { recursive: true })
      .map((file) => path.join("src", file))
      .filter((file) => file.endsWith(".ts") && read(file).includes("import.meta."));
    for (const file of asking) {
      const filter = new RegExp(`${file.replaceAll(/[.\\]/g, "\\$&")}$`);
      builder.onLoad({ filter }, () => ({
        loader: "ts",
        contents: read(file)
          .replaceAll(
            "import.meta.dirname",
            `require("node:path").join(__dirname, "..", ${quoted(path.dirname(file))})`,
          )
          .replaceAll(
            "import.meta.url",
            `require("node:url").pathToFileURL(require("node:path").join(__dirname, "..", ${quoted(file)})).href`,
          ),
      }));
    }
  },
};

function quoted(file) {
  return JSON.stringify(file.replaceAll("\\", "/"));
}

/** `[mtimeMs, size]`, which `bin/otelcol` compares before each start. Taken before the file is read. */
function stateOf(file) {
  const { mtimeMs, size } = statSync(path.join(root, file));
  return [mtimeMs, size];
}

/** Every file of src/, because which of them are used is known only after they were read. */
function statesOfSources() {
  const sources = readdirSync(path.join(root, "src"), { recursive: true }).filter((file) => file.endsWith(".ts"));
  const files = [...sources.map((file) => path.join("src", file)), ...rules];
  return Object.fromEntries(files.map((file) => [file.replaceAll("\\", "/"), stateOf(file)]));
}

/** Of every package in the bundle, also those that others brought along: their licences ask for it. */
function licenceTexts(files) {
  const folders = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].toSorted().map((folder) => {
    const file = readdirSync(path.join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`Cannot find the licence in ${folder}`);
    return `/*! ${folder.split("node_modules/").at(-1)}\n\n${read(path.join(folder, file)).trim().replaceAll("*/", "* /")}\n*/\n`;
  });
}

/** One character that is not ASCII, in whatever place, doubles the memory of the whole text and the time to read it. */
function ascii(code) {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const states = statesOfSources();
const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/cli/main.ts"],
  bundle: true,
  write: false,
  metafile: true,
  format: "cjs",
  platform: "node",
  target: "node22",
  // A dynamic import of a package as `require`, which costs less than Node's second loader.
  supported: { "dynamic-import": false },
  external: Object.keys(dependencies)
    .filter((name) => !bundledPackages.includes(name))
    .flatMap((name) => [name, `${name}/*`]),
  plugins: [placesOfModules],
  legalComments: "none",
  logLevel: "error",
});

// What older code was compiled to.
rmSync(path.join(root, ".cache", "compiled"), { recursive: true, force: true });
mkdirSync(path.dirname(target), { recursive: true });
// Another start may build or read at the same time: the file appears as a whole.
const draft = `${target}.${process.pid}`;
try {
  writeFileSync(
    draft,
    ascii(
      [`//${JSON.stringify(states)}\n`, outputFiles[0].text, ...licenceTexts(Object.keys(metafile.inputs))].join(""),
    ),
  );
  renameSync(draft, target);
} finally {
  rmSync(draft, { force: true });
}
