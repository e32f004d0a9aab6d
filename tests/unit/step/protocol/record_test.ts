import assert from "node:assert/strict";
import { pieces } from "../../../support/pieces.ts";
import {
  parseRecord,
  type Recorded,
  recordText,
  shortDigest,
} from "../../../../src/step/protocol/record.ts";

const DIGEST = shortDigest("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
const FILE: Recorded = { kind: "file", digest: DIGEST, mode: 0o755, mtimeSeconds: 1_700_000_000 };

Deno.test("a record reads as it was written, and later lines win", async () => {
  const first = recordText(
    [["run.sh", FILE], ["a b", FILE], ["l", { kind: "link" }], ["d", { kind: "dir" }]],
    { anew: true },
  );
  assert.match(first, /^tkn-dev record 1\n2cf24dba5fb0a30e26e8 755 1700000000 \.\/run\.sh\n/);
  const later = { ...FILE, mode: 0o644 };
  const more = recordText([["run.sh", later], ["l", FILE]], { gone: ["a b", "l"], anew: false });
  const parts = "part - - ./new\npart - - ./run.sh\n";
  const record = await parseRecord(pieces(`recorded 1700000100\n${first}${parts}${more}`));
  assert.equal(record?.writtenSeconds, 1_700_000_100);
  assert.deepEqual(
    Object.fromEntries(record!.entries),
    { "run.sh": later, d: { kind: "dir" }, l: FILE, new: { kind: "part" } },
  );
});

Deno.test("files in doubt are parts, until a later line names them", async () => {
  const first = recordText(
    [["a", FILE], ["b", FILE], ["l", { kind: "link" }], ["d", { kind: "dir" }]],
    { anew: true },
  );
  const more = `part - - .\n${recordText([["b", FILE]], { anew: false })}part - - .\n` +
    recordText([["c", FILE]], { anew: false });
  const record = await parseRecord(pieces(`recorded 1\n${first}${more}`));
  const part = { kind: "part" };
  assert.deepEqual(
    Object.fromEntries(record!.entries),
    { a: part, b: part, l: { kind: "link" }, d: { kind: "dir" }, c: FILE },
  );
});

Deno.test("a record names the commit below the uploads, and what they removed", async () => {
  const base = { commit: "1".repeat(40), run: "PipelineRun/greet-x7k2p" };
  const first = recordText([["a", FILE]], { gone: ["old", "back"], base, anew: true });
  const more = recordText([["back", FILE]], { gone: ["a"], anew: false });
  const record = (await parseRecord(pieces(`recorded 1\n${first}${more}`)))!;
  assert.deepEqual(record.base, base);
  assert.deepEqual([[...record.gone], [...record.entries.keys()]], [["old", "a"], ["back"]]);
  for (const other of [base.commit.slice(1), "--output=/x", `${base.commit} ../x`]) {
    const text = first.replace(base.commit, other);
    assert.equal((await parseRecord(pieces(`recorded 1\n${text}`)))?.base, undefined, other);
  }
});

Deno.test("a text that is not a record is ignored", async () => {
  for (const text of ["", "recorded 1\n", "recorded 1\nmine\n", "recorded \ntkn-dev record 1\n"]) {
    assert.equal(await parseRecord(pieces(text)), undefined, text);
  }
});

Deno.test("an incomplete last line of a record is ignored", async () => {
  const text = "recorded 1\ntkn-dev record 1\nlink - - ./a\n2cf24 755 17\n";
  const { entries } = (await parseRecord(pieces(text)))!;
  assert.deepEqual([...entries.keys()], ["a"]);
});

Deno.test("a name with a newline is not recorded", () => {
  assert.equal(recordText([["a\nb", FILE]], { anew: false }), "");
});

Deno.test("a record with a path outside the directory is ignored, so that it removes nothing", async () => {
  const head = "recorded 1700000000\ntkn-dev record 1\nlink - - ./a\n";
  for (const path of ["./../other/precious", "./..", "./a/../../b", "/etc/passwd", "./a//b"]) {
    const line = `2cf24dba5fb0a30e26e8 644 1700000000 ${path}\n`;
    assert.equal(await parseRecord(pieces(head + line)), undefined, path);
  }
});

Deno.test("an endless record is ignored, and its answer is read to the end", async () => {
  const line = `2cf24dba5fb0a30e26e8 644 1700000000 ./${"a".repeat(200)}\n`.repeat(40_000);
  let count = 0;
  async function* large() {
    yield "recorded 1700000000\ntkn-dev record 1\n";
    for (; count < 12; count++) yield await Promise.resolve(line);
  }
  assert.equal(await parseRecord(large()), undefined);
  assert.equal(count, 12);
});

Deno.test("an invalid line of a record drops the earlier line of its path", async () => {
  const head = `recorded 1\ntkn-dev record 1\n${DIGEST} 755 1700000000 ./a\n`;
  for (const facts of [`${DIGEST} - 1`, `${DIGEST} 644 -`, "abc 644 1", `${DIGEST} 99999 1`]) {
    const record = await parseRecord(pieces(`${head}${facts} ./a\n`));
    assert.deepEqual([...record!.entries.keys()], [], facts);
  }
});
