import assert from "node:assert/strict";
import { type PlanOptions, planUpload } from "../../../src/transfer/plan.ts";
import type { Recorded, UploadRecord } from "../../../src/step/protocol/record.ts";
import { type RemotePath, remotePath } from "../../../src/step/protocol/remote_path.ts";
import type { RemoteEntry } from "../../../src/step/protocol/listing.ts";
import type { Entry } from "../../../src/tree/walk.ts";

const SENT = 1_700_000_000;

const entry = (path: string, kind: Entry["kind"] = "file"): Entry => {
  return { path, kind, sizeBytes: kind === "file" ? 5 : 0, mode: 0o644, mtimeSeconds: SENT };
};
const remote = (
  kind: RemoteEntry["kind"] = "file",
  sizeBytes = 5,
  mtimeSeconds = SENT,
): RemoteEntry => {
  return { kind, mode: 0o644, sizeBytes, mtimeSeconds, ctimeSeconds: SENT };
};
const FILE: Recorded = { kind: "file", digest: "d".repeat(20), mode: 0o644, mtimeSeconds: SENT };

function remoteMap<T>(values: Record<string, T>): Map<RemotePath, T> {
  return new Map(Object.entries(values).map(([path, value]) => [remotePath(path)!, value]));
}

interface Given extends Partial<Omit<PlanOptions, "record">> {
  listed?: Record<string, RemoteEntry>;
  recorded?: Record<string, Recorded>;
  gone?: string[];
  writtenSeconds?: number;
  linksOnly?: boolean;
}

function run(given: Given) {
  const record: UploadRecord | undefined = given.recorded && {
    writtenSeconds: given.writtenSeconds ?? SENT + 60,
    entries: remoteMap(given.recorded),
    gone: new Set((given.gone ?? []).map((path) => remotePath(path)!)),
    lines: 1,
  };
  return planUpload({
    entries: [entry("a")],
    listing: {
      gzip: true,
      sha256sum: true,
      linksOnly: given.linksOnly ?? false,
      pulses: true,
      entries: remoteMap(given.listed ?? {}),
    },
    record,
    digest: () => Promise.resolve("d".repeat(64)),
    packed: new Map(),
    verified: new Set(),
    deletes: "auto",
    ...given,
  });
}

const paths = (entries: readonly { path: string }[]) => entries.map(({ path }) => path);

Deno.test("a file that is unchanged on both sides is not sent again", async () => {
  const { send, unchanged } = await run({ listed: { a: remote() }, recorded: { a: FILE } });
  assert.deepEqual([paths(send), paths(unchanged)], [[], ["a"]]);
});

const CHANGES: [what: string, given: Given][] = [
  ["the record does not name it", { listed: { a: remote() } }],
  ["the directory no longer has it", { recorded: { a: FILE } }],
  ["the directory has another size", { listed: { a: remote("file", 6) }, recorded: { a: FILE } }],
  ["the directory has another mtime", {
    listed: { a: remote("file", 5, SENT + 1) },
    recorded: { a: FILE },
  }],
  ["it changed in the directory, and its mtime was reset", {
    listed: { a: { ...remote(), ctimeSeconds: SENT + 60.5 } },
    recorded: { a: FILE },
  }],
  ["the directory has a link", { listed: { a: remote("symlink") }, recorded: { a: FILE } }],
  ["its content changed locally", {
    listed: { a: remote() },
    recorded: { a: FILE },
    digest: () => Promise.resolve("e".repeat(64)),
  }],
  ["its mode changed locally", {
    listed: { a: remote() },
    recorded: { a: { ...FILE, mode: 0o755 } },
  }],
  ["it can't be read locally", {
    listed: { a: remote() },
    recorded: { a: FILE },
    digest: () => Promise.resolve(undefined),
  }],
  ["it may have changed in the second of the record", {
    listed: { a: remote() },
    recorded: { a: FILE },
    writtenSeconds: SENT,
  }],
];

for (const [what, given] of CHANGES) {
  Deno.test(`a file is sent if ${what}`, async () => {
    assert.deepEqual(paths((await run(given)).send), ["a"]);
  });
}

Deno.test("what the directory has anyway is not sent, and is recorded with its own mtime", async () => {
  const given = {
    entries: [entry("d", "directory"), entry("d/a"), entry("out"), entry("l", "symlink")],
    listed: { d: remote("directory"), "d/a": remote("file", 9, SENT + 7), l: remote("symlink") },
    hasAlready: () => true,
  };
  const { send, unchanged, found } = await run(given);
  assert.deepEqual([paths(send), paths(unchanged)], [["l"], ["d/a", "out"]]);
  assert.deepEqual(Object.fromEntries(found), {
    d: { kind: "dir" },
    "d/a": { ...FILE, mtimeSeconds: SENT + 7 },
  });
  const recorded = await run({ ...given, recorded: { "d/a": FILE } });
  assert.deepEqual(paths(recorded.send), ["d/a", "l"]);
  assert.deepEqual([...recorded.found.keys()], ["d"]);
});

Deno.test("a file that git has converted here has another size there, and is not sent", async () => {
  const given: Given = {
    listed: { a: remote("file", 4) },
    recorded: { a: FILE },
    hasAlready: () => true,
  };
  assert.deepEqual(paths((await run(given)).unchanged), ["a"]);
  const recordedSoon = await run({ ...given, writtenSeconds: SENT });
  assert.deepEqual(paths(recordedSoon.unchanged), ["a"]);
  const changed = await run({ ...given, digest: () => Promise.resolve("e".repeat(64)) });
  assert.deepEqual(paths(changed.send), ["a"]);
});

Deno.test("a file that an upload has removed is not there, though the clone had it", async () => {
  const given: Given = { recorded: {}, hasAlready: () => true };
  assert.deepEqual(paths((await run(given)).send), []);
  assert.deepEqual(paths((await run({ ...given, gone: ["a"] })).send), ["a"]);
});

Deno.test("without the record that tells what uploads have changed, everything is sent", async () => {
  const given: Given = { listed: { a: remote() }, hasAlready: () => true };
  assert.deepEqual(paths((await run(given)).send), []);
  assert.deepEqual(paths((await run({ ...given, needsRecord: true })).send), ["a"]);
});

Deno.test("an existing directory is not sent again, a link is", async () => {
  const { send } = await run({
    entries: [entry("d", "directory"), entry("l", "symlink"), entry("new", "directory")],
    listed: { d: remote("directory"), l: remote("symlink") },
    recorded: { d: { kind: "dir" }, l: { kind: "link" } },
  });
  assert.deepEqual(paths(send), ["l", "new"]);
});

Deno.test("a link that a run has planted is removed before a file is unpacked over it", async () => {
  const { remove } = await run({
    entries: [
      ...[entry("d", "directory"), entry("d/x"), entry("f"), entry("l", "symlink")],
      ...[entry("deep/er/y"), entry("now-file"), entry("pipe")],
    ],
    listed: {
      d: remote("symlink"),
      f: remote("symlink"),
      l: remote("symlink"),
      deep: remote("directory"),
      "deep/er": remote("symlink"),
      "now-file": remote("directory"),
      pipe: remote("other"),
      theirs: remote("symlink"),
    },
    linksOnly: true,
    deletes: "never",
  });
  assert.deepEqual(remove, ["d", "f", "deep/er", "now-file", "pipe"]);
});

Deno.test("files that git tracks but did not check out stay, and other files are removed as always", async () => {
  const listed = {
    docs: remote("directory"),
    "docs/a": remote(),
    "docs/deep": remote("directory"),
    "docs/deep/b": remote(),
    "docs/gone": remote(),
    "docs/made": remote(),
    old: remote(),
  };
  const recorded: Record<string, Recorded> = {
    docs: { kind: "dir" },
    "docs/a": FILE,
    "docs/deep": { kind: "dir" },
    "docs/deep/b": FILE,
    "docs/gone": FILE,
    old: FILE,
  };
  const spares = new Set(["docs/a", "docs/deep/b", "never/sent"]);
  const auto = await run({ listed, recorded, spares });
  assert.deepEqual([auto.remove, auto.removeIfEmpty], [["docs/gone", "old"], []]);
  const always = await run({ listed, recorded, spares, deletes: "always" });
  assert.deepEqual(always.remove, ["docs/gone", "docs/made", "old"]);
});

Deno.test("a file of an upload that was cut is sent again, and removed if it is gone locally", async () => {
  const { send, remove } = await run({
    listed: { a: remote(), half: remote("file", 3) },
    recorded: { a: { kind: "part" }, half: { kind: "part" } },
  });
  assert.deepEqual([send.map(({ path }) => path), remove], [["a"], ["half"]]);
});

Deno.test("a file that an earlier upload sent and that is gone locally is removed; files of a run stay", async () => {
  const listed = {
    ".tkn-dev-upload": remote("directory"),
    ".tkn-dev-upload/record": remote(),
    a: remote(),
    gone: remote("file", 9, 1),
    made: remote(),
    old: remote("directory"),
    "old/sent": remote(),
    "old/deep": remote("directory"),
    "old/made": remote(),
    replaced: remote("directory"),
    link: remote("symlink"),
  };
  const recorded: Record<string, Recorded> = {
    a: FILE,
    gone: FILE,
    old: { kind: "dir" },
    "old/deep": { kind: "dir" },
    "old/sent": FILE,
    replaced: FILE,
    link: { kind: "link" },
    "not/there": FILE,
  };
  const auto = await run({ listed, recorded });
  assert.deepEqual(auto.remove, ["gone", "old/sent", "link"]);
  assert.deepEqual(auto.removeIfEmpty, ["old/deep", "old"]);
  const never = await run({ listed, recorded, deletes: "never" });
  assert.deepEqual([never.remove, never.removeIfEmpty], [[], []]);
  const always = await run({ listed, recorded, deletes: "always" });
  assert.deepEqual(always.remove, ["gone", "made", "old", "replaced", "link"]);
});

Deno.test("whole files from an interrupted attempt are verified, not sent again", async () => {
  const sent = { path: "a", sizeBytes: 5, mode: 0o644, mtimeSeconds: SENT, digest: "d" };
  const packed = new Map([["a", sent], ["b", { ...sent, path: "b" }], ["c", sent]]);
  const { send, verify } = await run({
    entries: [entry("a"), entry("b"), entry("c"), entry("done")],
    listed: { a: remote(), b: remote("file", 4) },
    packed,
    verified: new Set(["done"]),
  });
  assert.deepEqual([paths(send), verify], [["b", "c"], [sent]]);
});

Deno.test("hard links of one file are sent together until all have arrived", async () => {
  const entries = ["a", "b"].map((path) => ({ ...entry(path), inode: "1:2" }));
  const alone = { ...entry("c"), inode: "1:3" }; // its other names are outside the tree
  const given: Given = {
    entries: [...entries, alone],
    listed: { a: remote(), b: remote(), c: remote() },
    recorded: { a: FILE, b: FILE, c: FILE },
  };
  assert.deepEqual(paths((await run(given)).send), ["a", "b"]);
  assert.deepEqual(paths((await run({ ...given, verified: new Set(["a"]) })).send), ["a", "b"]);
  assert.deepEqual(paths((await run({ ...given, verified: new Set(["a", "b"]) })).send), []);
});

Deno.test("on top of a tree, entries are sent and removed paths go with the directories left empty", async () => {
  const { send, remove, removeIfEmpty, removed } = await run({
    entries: [entry("a", "directory"), entry("a/b")],
    listed: { "a/b": remote(), "a/old/x": remote(), "d/e": remote() },
    onTop: { removed: ["a/old/x", "a/old/y/z", "gone"] },
  });
  assert.deepEqual(
    [paths(send), remove, removeIfEmpty],
    [["a", "a/b"], ["a/old/x", "a/old/y/z", "gone"], ["a/old/y", "a/old"]],
  );
  assert.equal(removed, 3, "a directory may have more than was removed");
});

Deno.test("on top of a tree, what is in the way of an entry is removed, once", async () => {
  const given = {
    entries: [entry("a", "directory"), entry("a/b"), entry("f"), entry("l", "symlink")],
    onTop: { removed: ["a", "f/inside"] },
  };
  const listed = { a: remote("symlink"), f: remote("directory"), l: remote() };
  const first = await run({ ...given, listed });
  assert.deepEqual([first.remove, first.removeIfEmpty], [["a", "f", "f/inside"], []]);
  const arrived = { a: remote("directory"), "a/b": remote(), f: remote() };
  const second = await run({ ...given, listed: arrived, verified: new Set(["a/b"]) });
  assert.deepEqual(second.remove, ["f/inside"]);
});
