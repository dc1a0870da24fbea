import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import t from "tap";

const root = path.join(import.meta.dirname, "..");
const componentFolders = ["receivers", "processors", "exporters", "connectors", "extensions"];

/** What each folder of `src/` may import from ours, besides itself: the table of ARCHITECTURE.md. */
const component = ["component", "pdata", "wire", "net", "sending", "duration", "text"];
const allowed: Readonly<Record<string, readonly string[]>> = {
  "wire": [],
  "pdata": ["wire"],
  "duration": [],
  "output": [],
  "text": ["wire", "pdata"],
  "component": ["pdata", "duration"],
  "net": ["component", "pdata", "wire", "duration"],
  "sending": ["component", "pdata", "duration"],
  "telemetry": ["component", "pdata", "duration", "output"],
  "config": ["component", "pdata", "duration"],
  "service": ["component", "pdata", "config", "telemetry", "output", "net"],
  "distribution.ts": [...componentFolders, "component"],
  "cli": ["distribution.ts", "config", "service", "telemetry", "component", "duration", "net", "pdata"],
  ...Object.fromEntries(componentFolders.map((folder) => [folder, component])),
};

interface SourceFile {
  /** Relative to the checkout, with `/`. */
  readonly name: string;
  readonly text: string;
}

interface Import {
  /** Relative to the checkout. */
  readonly target: string;
  /** Gone when the file runs. */
  readonly isTypeOnly: boolean;
  /** Loaded when it is needed, so that it makes no cycle. */
  readonly isLazy: boolean;
}

function filesBelow(folder: string, pattern: RegExp): readonly SourceFile[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
    .filter((name) => !/(^|\/)(node_modules|\.git|\.tap|\.cache|dist)\//.test(name))
    .map((name) => ({ name, text: readFileSync(path.join(root, name), "utf8") }));
}

function importsOf({ name, text }: SourceFile): readonly Import[] {
  const found: Import[] = [];
  const resolve = (specifier: string): string => path.posix.join(path.posix.dirname(name), specifier);
  for (const match of text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gm)) {
    found.push({ target: resolve(match[2] ?? ""), isTypeOnly: match[1] !== undefined, isLazy: false });
  }
  for (const match of text.matchAll(/^import\s+"(\.[^"]+)"/gm)) {
    found.push({ target: resolve(match[1] ?? ""), isTypeOnly: false, isLazy: false });
  }
  for (const match of text.matchAll(/\bimport\(\s*"(\.[^"]+)"/g)) {
    found.push({ target: resolve(match[1] ?? ""), isTypeOnly: false, isLazy: true });
  }
  return found;
}

/** `src/receivers/otlp/x.ts` stands in folder `receivers`, unit `receivers/otlp`. */
function placeOf(name: string): { readonly folder: string; readonly unit: string } {
  const [, folder = "", second = ""] = name.split("/");
  return { folder, unit: componentFolders.includes(folder) ? `${folder}/${second}` : folder };
}

const sources = filesBelow("src", /\.ts$/);
const handWritten = sources.filter(({ name }) => !name.endsWith(".generated.ts"));

t.test("every folder imports only what the table allows", async (t) => {
  const wrong: string[] = [];
  for (const source of sources) {
    const from = placeOf(source.name);
    for (const { target } of importsOf(source)) {
      const to = placeOf(target);
      const isInside = from.unit === to.unit;
      if (isInside || (allowed[from.folder] ?? []).includes(to.folder)) continue;
      wrong.push(`${source.name} imports ${target}`);
    }
  }
  t.strictSame(wrong, []);
});

t.test("every folder of src stands in the table", async (t) => {
  const folders = new Set(sources.map(({ name }) => placeOf(name).folder));
  t.strictSame(
    [...folders].filter((folder) => !Object.hasOwn(allowed, folder)),
    [],
  );
});

t.test("no file imports itself through others", async (t) => {
  const graph = new Map(
    sources.map((source) => [
      source.name,
      importsOf(source)
        .filter((one) => !one.isTypeOnly && !one.isLazy)
        .map((one) => one.target),
    ]),
  );
  const cycles: string[] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (name: string, route: readonly string[]): void => {
    if (state.get(name) === "done") return;
    if (state.get(name) === "open") {
      cycles.push([...route.slice(route.indexOf(name)), name].join(" -> "));
      return;
    }
    state.set(name, "open");
    for (const next of graph.get(name) ?? []) visit(next, [...route, name]);
    state.set(name, "done");
  };
  for (const name of graph.keys()) visit(name, []);
  t.strictSame(cycles, []);
});

t.test("relative imports name files that exist, with their ending", async (t) => {
  const names = new Set(sources.map(({ name }) => name));
  const missing = sources.flatMap((source) =>
    importsOf(source)
      .filter(({ target }) => !names.has(target))
      .map(({ target }) => `${source.name} imports ${target}`),
  );
  t.strictSame(missing, []);
});

t.test("folders are named for what they hold", async (t) => {
  const vague = sources.filter(({ name }) => /\/(utils?|common|helpers?|types|core|misc|shared)\//.test(name));
  t.strictSame(vague, []);
});

t.test("files are named in kebab-case", async (t) => {
  const names = sources.map(({ name }) => path.posix.basename(name));
  t.strictSame(
    names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.generated|\.d)?\.ts$/.test(name)),
    [],
  );
});

t.test("only the command line ends the process", async (t) => {
  const wrong = sources.filter(({ name, text }) => !name.startsWith("src/cli/") && /process\s*\.\s*exit\(/.test(text));
  t.strictSame(names(wrong), []);
});

t.test("only pdata makes batches, so that every holder may trust one", async (t) => {
  const wrong = sources.filter(({ name, text }) => !name.startsWith("src/pdata/") && /new Batch\b/.test(text));
  t.strictSame(names(wrong), []);
});

t.test("no file of src is longer than 400 lines", async (t) => {
  t.strictSame(names(handWritten.filter(({ text }) => text.split("\n").length > 401)), []);
});

t.test("a component folder has a README with the five headings, in order", async (t) => {
  const wrong: string[] = [];
  for (const unit of new Set(sources.map(({ name }) => placeOf(name).unit))) {
    if (!unit.includes("/")) continue;
    const [readme] = filesBelow(`src/${unit}`, /^README\.md$/);
    const headings = [...(readme?.text ?? "").matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    if (headings.join(", ") !== "Overview, Configuration, Example, Telemetry, Limits") {
      wrong.push(`${unit}: ${readme === undefined ? "no README.md" : headings.join(", ")}`);
    }
  }
  t.strictSame(wrong, []);
});

t.test("the distribution lists every component folder", async (t) => {
  const listed = sources.find(({ name }) => name === "src/distribution.ts")?.text ?? "";
  const units = new Set(sources.map(({ name }) => placeOf(name).unit).filter((unit) => unit.includes("/")));
  t.ok(units.size > 0);
  t.strictSame(
    [...units].filter((unit) => !listed.includes(`./${unit}/factory.ts`)),
    [],
  );
});

t.test("no path of one machine stands in the tree", async (t) => {
  const starts = ["work", "home/[a-z]", "Users/[a-z]"].map((start) => `/${start}`).join("|");
  const personal = new RegExp(`(^|[\\s"'\`(=])(${starts})[\\w./-]*/`, "m");
  const folders = ["src", "scripts", "bin", "config", "docs", "changes", "test", ".ci"];
  const texts = folders.flatMap((folder) => filesBelow(folder, /\.(ts|mjs|js|json|md|yaml|sh|py)$|^(run|otelcol)$/));
  const recorded = /^test\/fixtures\//;
  t.strictSame(names(texts.filter(({ name, text }) => !recorded.test(name) && personal.test(text))), []);
});

function names(files: readonly SourceFile[]): readonly string[] {
  return files.map(({ name }) => name);
}
