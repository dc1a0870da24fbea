import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import t from "tap";
import { dataOffset } from "../../../src/extensions/file-storage/segment-format.ts";
import { until } from "../../contracts/until.ts";
import { seededRandom } from "../../sending/seeded-random.ts";
import { openStorage, put, temporaryDirectory } from "./storage-fixture.ts";

const queueFiles = (directory: string): string[] =>
  readdirSync(path.join(directory, "queue")).map((name) => path.join(directory, "queue", name));
const modeOf = (file: string): number => statSync(file).mode & 0o777;
const asideFiles = (directory: string): string[] => readdirSync(path.join(directory, "set-aside"));

/** A storage with these records, closed. */
async function filled(directory: string, texts: readonly string[]): Promise<string> {
  const { journal, end } = await openStorage(directory);
  await Promise.all(texts.map((text) => put(journal, text)));
  await end();
  const [file = ""] = queueFiles(directory);
  return file;
}

t.test("append() keeps a record until it is removed, in order, across restarts", async (t) => {
  const directory = temporaryDirectory(t);
  const first = await openStorage(directory);
  t.same(first.journal.state, { isNew: true, damagedRecords: 0 });
  const records = await Promise.all(["a", "b", "c", "d"].map((text) => put(first.journal, text)));
  const [a, b] = records;
  if (a === undefined || b === undefined) throw new Error("four records were put");
  t.equal(Buffer.from(await first.journal.read(b)).toString(), "b");
  first.journal.taken(b);
  first.journal.remove(a);
  await first.end();
  const second = await openStorage(directory);
  t.same(second.journal.state, { isNew: false, damagedRecords: 0 });
  t.same(
    second.restored.map(({ text, wasTaken }) => [text, wasTaken]),
    [
      ["b", true],
      ["c", false],
      ["d", false],
    ],
  );
  await put(second.journal, "e");
  await second.end();
  const third = await openStorage(directory);
  t.same(third.texts(), ["b", "c", "d", "e"]);
  for (const { record } of third.restored) third.journal.remove(record);
  await until(() => third.counted("otelcol_file_storage_used_bytes") === 0, "files go with their last record");
  t.same(queueFiles(directory), []);
  await third.end();
});

t.test("files are for the owner only", async (t) => {
  const directory = path.join(temporaryDirectory(t), "new", "storage");
  const { journal, end } = await openStorage(directory, { create_directory: true });
  await put(journal, "a");
  t.equal(modeOf(directory), 0o700);
  t.equal(modeOf(path.join(directory, "queue")), 0o700);
  for (const file of queueFiles(directory)) t.equal(modeOf(file), 0o600);
  await end();
});

t.test("many who append together share commits", async (t) => {
  const { journal, end } = await openStorage(temporaryDirectory(t));
  const records = await Promise.all(Array.from({ length: 3000 }, (_, index) => put(journal, `record ${index}`)));
  const [last] = records.slice(-1);
  if (last === undefined) throw new Error("records were put");
  t.equal(Buffer.from(await journal.read(last)).toString(), "record 2999");
  await end();
});

t.test("a flipped bit costs one record; the others are read and the file is kept aside", async (t) => {
  for (let place = 0; place < 3 * 22; place += 5) {
    const directory = temporaryDirectory(t);
    const file = await filled(directory, ["aa", "bb", "cc", "dd"]);
    const bytes = readFileSync(file);
    const offset = dataOffset + place;
    bytes[offset] = (bytes[offset] ?? 0) ^ 4;
    writeFileSync(file, bytes);
    const { restored, texts, journal, counted, end } = await openStorage(directory);
    const hit = Math.floor(place / 22);
    t.same(texts(), ["aa", "bb", "cc", "dd"].toSpliced(hit, 1), `bit flipped at ${place}`);
    t.equal(journal.state.damagedRecords, 1);
    t.equal(counted("otelcol_file_storage_damaged_records"), 1);
    for (const { record } of restored) journal.remove(record);
    await until(() => asideFiles(directory).length === 1, "the file is set aside");
    await end();
  }
});

t.test("a flipped bit in the head, or in the marks, costs nothing", async (t) => {
  for (const offset of [3, 9, 20, 2050, 4096, 4097]) {
    const directory = temporaryDirectory(t);
    const file = await filled(directory, ["a", "b"]);
    const bytes = readFileSync(file);
    bytes[offset] = (bytes[offset] ?? 0) ^ 32;
    writeFileSync(file, bytes);
    const { texts, end } = await openStorage(directory);
    t.same(texts(), ["a", "b"], `bit flipped at ${offset}`);
    await end();
  }
});

t.test("a file of any shorter length gives what is whole in it", async (t) => {
  const whole = ["aa", "bb", "cc"];
  for (let length = dataOffset + 3 * 22 - 1; length >= dataOffset; length -= 7) {
    const directory = temporaryDirectory(t);
    truncateSync(await filled(directory, whole), length);
    const { texts, end } = await openStorage(directory);
    t.same(texts(), whole.slice(0, Math.floor((length - dataOffset) / 22)), `cut to ${length}`);
    await end();
  }
});

t.test("empty, foreign and newer files are set aside, named and counted", async (t) => {
  const directory = temporaryDirectory(t);
  const file = await filled(directory, ["a"]);
  const newer = readFileSync(file);
  for (const offset of [0, 2048]) {
    newer.writeUInt32LE(7, offset + 8);
    newer.writeUInt32LE((await import("node:zlib")).crc32(newer.subarray(offset, offset + 24)), offset + 24);
  }
  const folder = path.dirname(file);
  writeFileSync(path.join(folder, "000000000002.journal"), "");
  writeFileSync(path.join(folder, "000000000003.journal"), "nothing of ours".repeat(5000));
  writeFileSync(path.join(folder, "000000000004.journal"), newer);
  writeFileSync(path.join(folder, "exporter_otlp__traces"), "bolt");
  mkdirSync(path.join(folder, "000000000005.journal"));
  const { texts, counted, logger, journal, end } = await openStorage(directory);
  t.same(texts(), ["a"]);
  t.equal(asideFiles(directory).length, 5);
  t.equal(counted("otelcol_file_storage_set_aside_files"), 5);
  const reasons = logger.entries
    .filter(({ level }) => level === "error")
    .map(({ fields }) => String(fields?.["reason"]));
  t.ok(reasons.includes("it has version 7, this program knows version 1"), reasons.join("; "));
  t.ok(reasons.includes("it is empty"));
  await put(journal, "b");
  await end();
  const again = await openStorage(directory);
  t.same(again.texts(), ["a", "b"]);
  await again.end();
});

t.test("garbage behind the last record is no record and no reason to stop", async (t) => {
  const directory = temporaryDirectory(t);
  appendFileSync(await filled(directory, ["a", "b"]), Buffer.alloc(100));
  const { texts, end } = await openStorage(directory);
  t.same(texts(), ["a", "b"]);
  await end();
});

t.test("bytes on disk are bounded: refused when full, taken again when records are removed", async (t) => {
  const { journal, end, counted } = await openStorage(temporaryDirectory(t), { max_size_mib: 1 });
  const records = [];
  const text = "x".repeat(100_000);
  for (let index = 0; index < 8; index++) records.push(await put(journal, text));
  const refuse = { code: "full", message: "storage is full: max_size_mib is 1" };
  await t.rejects(
    (async () => {
      for (let index = 0; index < 8; index++) records.push(await put(journal, text));
    })(),
    refuse,
  );
  t.ok(counted("otelcol_file_storage_used_bytes") <= counted("otelcol_file_storage_max_bytes"));
  for (const record of records) journal.remove(record);
  await put(journal, text);
  await end();
});

t.test("with drop_oldest the owner is asked to remove until there is room", async (t) => {
  const records: Awaited<ReturnType<typeof put>>[] = [];
  let dropped = 0;
  const { journal, end, counted } = await openStorage(
    temporaryDirectory(t),
    { max_size_mib: 1, when_full: "drop_oldest" },
    {
      makeRoom: () => {
        const oldest = records.shift();
        if (oldest === undefined) return false;
        journal.remove(oldest);
        dropped++;
        return true;
      },
    },
  );
  for (let index = 0; index < 50; index++) records.push(await put(journal, `${index}`.repeat(20_000)));
  t.ok(dropped > 30 && dropped < 50, `${dropped} dropped`);
  t.equal(records.length + dropped, 50);
  t.ok(counted("otelcol_file_storage_used_bytes") <= counted("otelcol_file_storage_max_bytes"));
  await t.rejects(put(journal, "x".repeat(2 ** 20)), { code: "full" }, "larger than everything");
  await end();
});

t.test("a record is refused after close()", async (t) => {
  const { journal, end } = await openStorage(temporaryDirectory(t));
  await end();
  await end();
  await t.rejects(put(journal, "a"), { code: "closed" });
});

t.test("whatever happens to the bytes of a file, it opens, and gives nothing that was not put", async (t) => {
  const random = seededRandom(7);
  const below = (limit: number): number => Math.floor(random() * limit);
  const put = new Set(Array.from({ length: 40 }, (_, index) => `record ${index} ${"x".repeat(index * 7)}`));
  const whole = readFileSync(await filled(temporaryDirectory(t), [...put]));
  let recovered = 0;
  for (let round = 0; round < 100; round++) {
    const directory = temporaryDirectory(t);
    mkdirSync(path.join(directory, "queue"));
    const bytes = Buffer.from(whole);
    for (let flips = below(20); flips >= 0; flips--) {
      const offset = below(2) === 0 ? below(bytes.length) : dataOffset + below(bytes.length - dataOffset);
      bytes[offset] = below(256);
    }
    const length = below(3) === 0 ? below(bytes.length) : bytes.length;
    writeFileSync(path.join(directory, "queue", "000000000001.journal"), bytes.subarray(0, length));
    const { texts, journal, restored, end } = await openStorage(directory);
    t.same(
      texts().filter((text) => !put.has(text)),
      [],
      `round ${round}`,
    );
    recovered += texts().length;
    for (const { record } of restored) journal.remove(record);
    await journal.append([Buffer.from("goes on")]);
    await end();
  }
  t.ok(recovered > 100 * 15, `${recovered} of 4000`);
});
