import t from "tap";
import { validate } from "../../src/pdata/validate.ts";
import { appendBatchText } from "../../src/text/batch-text.ts";
import { TextBuffer } from "../../src/text/text-buffer.ts";

const batch = validate("traces", new Uint8Array(0));
const ending = Buffer.from("\n");
const notice = "... the rest of this batch is not shown: its text is longer than 32 MiB\n";

function textFor(maxBytes: number, lineCount: number): string {
  const out = new TextBuffer(maxBytes);
  out.appendAscii("head\t");
  const write = (): void => {
    for (let line = 0; line < lineCount; line++) out.appendAscii(`line ${String(line).padStart(10, "0")}\n`);
  };
  appendBatchText(out, { write }, batch, ending);
  return Buffer.from(out.view()).toString();
}

void t.test("a text that fits is left as it is", (t) => {
  t.equal(textFor(20_000, 1), "head\tline 0000000000\n\n");
  t.end();
});

void t.test("a text that does not fit is cut after a whole line, and says so", (t) => {
  for (let maxBytes = 20_000; maxBytes < 20_040; maxBytes++) {
    const lines = textFor(maxBytes, 10_000).split(/(?<=\n)/);
    t.same(lines.splice(-2), [notice, "\n"]);
    t.equal(lines.shift(), "head\tline 0000000000\n");
    t.ok(lines.length > 1000 && lines.every((line) => /^line \d{10}\n$/.test(line)));
  }
  t.end();
});

function failingWrite(): void {
  throw new Error("defect");
}

void t.test("other errors pass", (t) => {
  t.throws(() => appendBatchText(new TextBuffer(1000), { write: failingWrite }, batch, ending), { message: "defect" });
  t.end();
});
