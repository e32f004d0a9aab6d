import assert from "node:assert/strict";
import {
  parseRecord,
  type Recorded,
  recordText,
  type UploadRecord,
} from "../../../src/step/protocol/record.ts";
import { RecordUpdate } from "../../../src/transfer/record_update.ts";
import type { SentFile } from "../../../src/tree/archive/checksum_list.ts";
import type { Entry } from "../../../src/tree/walk.ts";
import { pieces } from "../../support/pieces.ts";

const FILE: Recorded = { kind: "file", digest: "0".repeat(20), mode: 0o644, mtimeSeconds: 1 };
const PART: Recorded = { kind: "part" };
const DIGEST = "1".repeat(64);

const names = (count: number) => Array.from({ length: count }, (_, at) => `f${at}`);
const entryOf = (path: string): Entry => {
  return { path, kind: "file", sizeBytes: 1, mode: 0o644, mtimeSeconds: 2 };
};

async function recordOf(entries: Iterable<[string, Recorded]>): Promise<UploadRecord> {
  const text = recordText(entries, { anew: true });
  return (await parseRecord(pieces(`recorded 1\n${text}`)))!;
}

/** Plays an upload of changed files, of which the first archive has those of `members`. */
async function play(
  { before, changing, found = {}, members = changing, removed = [] }: {
    before?: UploadRecord;
    changing: string[];
    found?: Record<string, Recorded>;
    members?: string[];
    removed?: string[];
  },
) {
  const update = new RecordUpdate(before, before?.entries.size ?? changing.length);
  update.plan({ send: changing.map(entryOf), found: new Map(Object.entries(found)) });
  const { noted } = update;
  const packed = new Map(members.map((path): [string, SentFile] => {
    return [path, { path, sizeBytes: 1, mode: 0o644, mtimeSeconds: 2, digest: DIGEST }];
  }));
  const next = update.next({ members: members.map(entryOf), removed, packed });
  const written = next.anew
    ? Object.fromEntries((await parseRecord(pieces(`recorded 1\n${next.text}`)))!.entries)
    : undefined;
  return { noted, text: next.text, written };
}

Deno.test("without a record, the receiver begins one, to which each archive appends", async () => {
  const { noted, text, written } = await play({ changing: ["a"] });
  assert.deepEqual(noted, { forget: true });
  assert.equal(written, undefined, "another archive may have written to it first");
  assert.equal(text, `${"1".repeat(20)} 644 2 ./a\n`);
});

Deno.test("what the directory has anyway is recorded once, by the first archive", async () => {
  const found: Record<string, Recorded> = { b: FILE, d: { kind: "dir" } };
  const { text } = await play({ changing: ["a"], found });
  assert.match(text, /^\S+ \S+ \S+ \.\/b\ndir - - \.\/d\n\S+ 644 2 \.\/a\n$/);
  const update = new RecordUpdate(undefined, 3);
  update.plan({ send: [], found: new Map(Object.entries(found)) });
  const texts = [1, 2].map(() => update.next({ members: [], removed: [], packed: new Map() }).text);
  assert.deepEqual(texts.map((text) => text.split("\n").length - 1), [2, 0]);
});

Deno.test("files that change are in doubt first; links, directories and new files are not", async () => {
  const before = await recordOf([
    ["a", FILE],
    ["b", FILE],
    ["l", { kind: "link" }],
    ["d", { kind: "dir" }],
    ["p", PART],
  ]);
  const { noted, text } = await play({
    before,
    changing: ["a", "l", "d", "p", "new"],
    removed: ["b"],
  });
  assert.deepEqual(noted, { doubted: ["a"] });
  assert.match(text, /^gone - - \.\/b\n1{20} 644 2 \.\/a\n/);
});

Deno.test("if most files change, all are in doubt, but none is forgotten", async () => {
  const before = await recordOf(names(3_000).map((path) => [path, FILE]));
  const changing = names(2_000);
  const { noted, written } = await play({ before, changing, removed: ["f2999"] });
  assert.deepEqual(noted, { doubted: ["."] });
  assert.equal(Object.keys(written!).length, 2_999);
  assert.deepEqual([written!.f0.kind, written!.f2500], ["file", FILE]);
});

Deno.test("a record that is written anew has the files that are still to come as parts", async () => {
  const before = await recordOf(names(3_000).map((path) => [path, FILE]));
  const changing = names(2_000);
  const { written } = await play({ before, changing, members: names(1_000) });
  assert.deepEqual([written!.f999.kind, written!.f1000, written!.f2500], ["file", PART, FILE]);
});

Deno.test("a record with too many lines is written anew, though only a few files change", async () => {
  const record = await recordOf([["a", FILE], ["b", FILE]]);
  const { noted, written } = await play({ before: { ...record, lines: 200 }, changing: ["a"] });
  assert.deepEqual(noted, { doubted: ["a"] });
  assert.deepEqual(Object.keys(written!).sort(), ["a", "b"]);
});

Deno.test("an upload on top of a clone notes its commit, once, and what it removed", () => {
  const base = { commit: "1".repeat(40), run: "PipelineRun/a" };
  const update = new RecordUpdate(undefined, 1, base);
  const next = (removed: string[]) => update.next({ members: [], removed, packed: new Map() }).text;
  assert.equal(next(["old"]), `base ${base.commit} PipelineRun/a .\ngone - - ./old\n`);
  assert.equal(next([]), "");
});

Deno.test("a record on a commit that is written anew keeps it, and what was removed", async () => {
  const base = { commit: "1".repeat(40), run: "PipelineRun/a" };
  const text = recordText([["a", FILE]], { base, gone: ["old", "older"], anew: true });
  const before = (await parseRecord(pieces(`recorded 1\n${text}`)))!;
  const { text: anew } = await play({
    before: { ...before, lines: 200 },
    changing: ["old"],
    removed: ["a"],
  });
  const record = (await parseRecord(pieces(`recorded 1\n${anew}`)))!;
  assert.deepEqual([record.base, [...record.gone]], [base, ["older", "a"]]);
});
