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
const there = (
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
  lies?: Record<string, RemoteEntry>;
  recorded?: Record<string, Recorded>;
  writtenSeconds?: number;
  linksOnly?: boolean;
}

function run(given: Given) {
  const record: UploadRecord | undefined = given.recorded && {
    writtenSeconds: given.writtenSeconds ?? SENT + 60,
    entries: remoteMap(given.recorded),
    lines: 1,
  };
  return planUpload({
    entries: [entry("a")],
    listing: {
      gzip: true,
      sha256sum: true,
      linksOnly: given.linksOnly ?? false,
      pulses: true,
      entries: remoteMap(given.lies ?? {}),
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

Deno.test("a file that is there as it was sent, and here as it was then, is not sent again", async () => {
  const { send, unchanged } = await run({ lies: { a: there() }, recorded: { a: FILE } });
  assert.deepEqual([paths(send), paths(unchanged)], [[], ["a"]]);
});

const CHANGES: [what: string, given: Given][] = [
  ["there is no word of it", { lies: { a: there() } }],
  ["it is gone there", { recorded: { a: FILE } }],
  ["it has another size there", { lies: { a: there("file", 6) }, recorded: { a: FILE } }],
  ["it has another time there", { lies: { a: there("file", 5, SENT + 1) }, recorded: { a: FILE } }],
  ["it changed there, and its time was set back", {
    lies: { a: { ...there(), ctimeSeconds: SENT + 60.5 } },
    recorded: { a: FILE },
  }],
  ["it is a link there", { lies: { a: there("symlink") }, recorded: { a: FILE } }],
  ["its content changed here", {
    lies: { a: there() },
    recorded: { a: FILE },
    digest: () => Promise.resolve("e".repeat(64)),
  }],
  ["its mode changed here", { lies: { a: there() }, recorded: { a: { ...FILE, mode: 0o755 } } }],
  ["it can't be read here", {
    lies: { a: there() },
    recorded: { a: FILE },
    digest: () => Promise.resolve(undefined),
  }],
  ["it may have changed in the second of the record", {
    lies: { a: there() },
    recorded: { a: FILE },
    writtenSeconds: SENT,
  }],
];

for (const [what, given] of CHANGES) {
  Deno.test(`a file is sent where ${what}`, async () => {
    assert.deepEqual(paths((await run(given)).send), ["a"]);
  });
}

Deno.test("a directory that is there is not sent again, a link is", async () => {
  const { send } = await run({
    entries: [entry("d", "directory"), entry("l", "symlink"), entry("new", "directory")],
    lies: { d: there("directory"), l: there("symlink") },
    recorded: { d: { kind: "dir" }, l: { kind: "link" } },
  });
  assert.deepEqual(paths(send), ["l", "new"]);
});

Deno.test("a link that a run has planted goes before anything is unpacked over it", async () => {
  const { remove } = await run({
    entries: [
      ...[entry("d", "directory"), entry("d/x"), entry("f"), entry("l", "symlink")],
      ...[entry("deep/er/y"), entry("now-file"), entry("pipe")],
    ],
    lies: {
      d: there("symlink"),
      f: there("symlink"),
      l: there("symlink"),
      deep: there("directory"),
      "deep/er": there("symlink"),
      "now-file": there("directory"),
      pipe: there("other"),
      theirs: there("symlink"),
    },
    linksOnly: true,
    deletes: "never",
  });
  assert.deepEqual(remove, ["d", "f", "deep/er", "now-file", "pipe"]);
});

Deno.test("what git tracks and has not checked out here stays there, and all else goes as ever", async () => {
  const lies = {
    docs: there("directory"),
    "docs/a": there(),
    "docs/deep": there("directory"),
    "docs/deep/b": there(),
    "docs/gone": there(),
    "docs/made": there(),
    old: there(),
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
  const auto = await run({ lies, recorded, spares });
  assert.deepEqual([auto.remove, auto.removeIfEmpty], [["docs/gone", "old"], []]);
  const always = await run({ lies, recorded, spares, deletes: "always" });
  assert.deepEqual(always.remove, ["docs/gone", "docs/made", "old"]);
});

Deno.test("what an earlier upload sent and is gone here goes there, what a run made stays", async () => {
  const lies = {
    ".tkn-dev-upload": there("directory"),
    ".tkn-dev-upload/record": there(),
    a: there(),
    gone: there("file", 9, 1),
    made: there(),
    old: there("directory"),
    "old/sent": there(),
    "old/deep": there("directory"),
    "old/made": there(),
    replaced: there("directory"),
    link: there("symlink"),
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
  const auto = await run({ lies, recorded });
  assert.deepEqual(auto.remove, ["gone", "old/sent", "link"]);
  assert.deepEqual(auto.removeIfEmpty, ["old/deep", "old"]);
  const never = await run({ lies, recorded, deletes: "never" });
  assert.deepEqual([never.remove, never.removeIfEmpty], [[], []]);
  const always = await run({ lies, recorded, deletes: "always" });
  assert.deepEqual(always.remove, ["gone", "made", "old", "replaced", "link"]);
});

Deno.test("of a try that was cut what lies there whole is checked, not sent", async () => {
  const sent = { path: "a", sizeBytes: 5, mode: 0o644, mtimeSeconds: SENT, digest: "d" };
  const packed = new Map([["a", sent], ["b", { ...sent, path: "b" }], ["c", sent]]);
  const { send, verify } = await run({
    entries: [entry("a"), entry("b"), entry("c"), entry("done")],
    lies: { a: there(), b: there("file", 4) },
    packed,
    verified: new Set(["done"]),
  });
  assert.deepEqual([paths(send), verify], [["b", "c"], [sent]]);
});

Deno.test("the names of one file go together, until all of them are there", async () => {
  const entries = ["a", "b"].map((path) => ({ ...entry(path), inode: "1:2" }));
  const alone = { ...entry("c"), inode: "1:3" }; // its other names are not in the tree
  const given: Given = {
    entries: [...entries, alone],
    lies: { a: there(), b: there(), c: there() },
    recorded: { a: FILE, b: FILE, c: FILE },
  };
  assert.deepEqual(paths((await run(given)).send), ["a", "b"]);
  assert.deepEqual(paths((await run({ ...given, verified: new Set(["a"]) })).send), ["a", "b"]);
  assert.deepEqual(paths((await run({ ...given, verified: new Set(["a", "b"]) })).send), []);
});
