import assert from "node:assert/strict";
import { OnBase, type TreeOnBase } from "../../../../src/commands/turns/on_base.ts";
import type { Source } from "../../../../src/commands/source/source.ts";
import { UsageError } from "../../../../src/errors.ts";
import type { Pause } from "../../../../src/hold/pause.ts";
import type { Entry } from "../../../../src/tree/walk.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";

const HASH = "1".repeat(40);
const BASE = { commit: HASH, name: "1111111", isPushed: true, isAuto: false };

function entry(path: string): Entry {
  return { path, kind: "file", sizeBytes: 1, mode: 0o644, mtimeSeconds: 1 };
}

/** The files of the directory, and which of a, b and c differ from the commit. */
interface Given {
  readonly local: string;
  readonly changed?: string;
  /** Files of the commit besides a, b and c. */
  readonly committed?: string;
  readonly modules?: string;
  readonly movedModule?: string;
  /** Files with another mtime. */
  readonly saved?: string;
}

/** Returns a workspace that has the changes of `uploaded`, and answers for later trees. */
function onBase(uploaded: { sent?: string; removed?: string }) {
  let now: Given = { local: "" };
  let isHashed = false;
  const capture = (words: readonly string[]) => {
    assert.ok(isHashed, "a file could change between the answer of git and its digest");
    const lines = (text = "", line: (path: string) => string) =>
      text.split(" ").filter(Boolean).map(line).join("");
    const tree = lines(`a b c ${now.committed ?? ""}`, (path) => `100644 blob ${HASH}\t${path}\0`) +
      lines(now.modules, (path) => `160000 commit ${HASH}\t${path}\0`);
    const gone = ["a", "b", "c"].filter((path) => !now.local.split(" ").includes(path)).join(" ");
    const differences = lines(now.changed, (path) => `:100644 100644 ${HASH} 0 M\0${path}\0`) +
      lines(now.movedModule, (path) => `:160000 160000 ${HASH} 0 M\0${path}\0`) +
      lines(gone, (path) => `:100644 000000 ${HASH} 0 D\0${path}\0`);
    const answer = words.includes("ls-tree") ? tree : words.includes("diff") ? differences : "";
    return Promise.resolve(answer);
  };
  const turns = new OnBase(capture, {
    ...BASE,
    changes: {
      entries: (uploaded.sent ?? "").split(" ").filter(Boolean).map(entry),
      removed: (uploaded.removed ?? "").split(" ").filter(Boolean),
      leftOut: [],
      submodules: [],
    },
  });
  const treeOf = (given: Given): Promise<TreeOnBase> => {
    now = given;
    const isSaved = (path: string) => given.saved?.split(" ").includes(path);
    const entries = Promise.resolve(
      given.local.split(" ").map((path) => ({
        ...entry(path),
        mtimeSeconds: isSaved(path) ? 2 : 1,
      })),
    );
    const digests = {
      ahead: async () => {
        await Promise.resolve();
        isHashed = true;
      },
    };
    const files = new MemoryFiles();
    const source = { root: "/work", files, entries, digests, secrets: "deny" } as unknown as Source;
    return turns.treeOf(source, new AbortController().signal);
  };
  return { turns, treeOf };
}

function told({ entries, hasAlready, gone }: TreeOnBase) {
  const sent = entries.map(({ path }) => path).filter((path) => !hasAlready(path));
  return { sent: sent.join(" "), gone: gone.join(" ") };
}

Deno.test("a file that no upload has touched is there as the commit has it", async () => {
  const { treeOf } = onBase({ sent: "a" });
  assert.deepEqual(told(await treeOf({ local: "a b c", changed: "a" })), { sent: "a", gone: "" });
});

Deno.test("a file that was sent, or removed, and is as in the commit again, is sent", async () => {
  const { treeOf } = onBase({ sent: "a", removed: "b" });
  assert.deepEqual(told(await treeOf({ local: "a b c" })), { sent: "a b", gone: "" });
});

Deno.test("a file that is gone since the upload is removed", async () => {
  const { treeOf } = onBase({ sent: "a new" });
  assert.deepEqual(told(await treeOf({ local: "a b", changed: "a" })), {
    sent: "a",
    gone: "new c",
  });
});

Deno.test("what a turn sent, or was about to send, counts for the next one", async () => {
  const { treeOf } = onBase({});
  await treeOf({ local: "a b c new", changed: "a" });
  assert.deepEqual(told(await treeOf({ local: "a b c" })), { sent: "a", gone: "new" });
});

Deno.test("git is asked once; later, a walk says what differs from then", async () => {
  const { treeOf } = onBase({});
  await treeOf({ local: "a b c" });
  const later = await treeOf({ local: "a b new", changed: "a", saved: "b" });
  assert.deepEqual(told(later), { sent: "b new", gone: "c" });
  assert.deepEqual(later.changed.map(({ path }) => path), ["b", "new"]);
});

Deno.test("secrets are denied among the changes alone", async () => {
  const { treeOf } = onBase({});
  await treeOf({ local: "a b c .env", committed: ".env" });
  await assert.rejects(
    treeOf({ local: "a b c .env", committed: ".env", saved: ".env" }),
    /Cannot upload "\/work": 1 file looks like a secret .*: \.env/,
  );
});

Deno.test("with submodules, git says at each turn whether they differ", async () => {
  const { treeOf } = onBase({});
  await treeOf({ local: "a b c lib/x", modules: "lib" });
  await assert.rejects(
    treeOf({ local: "a b c lib/x", modules: "lib", movedModule: "lib" }),
    /its submodule differs from that commit: lib/,
  );
});

Deno.test("files of submodules are those of the clone", async () => {
  const { treeOf } = onBase({});
  const { entries } = await treeOf({ local: "a b c lib/x", modules: "lib" });
  assert.deepEqual(entries.map(({ path }) => path), ["a", "b", "c"]);
});

Deno.test("a turn before the upload is refused; after an upload of everything all is sent", () => {
  const { turns } = onBase({});
  const pause = { targetStep: "lint", task: "check" } as Pause;
  assert.throws(
    () => turns.at(pause),
    (error) => error instanceof UsageError && /"check\/lint": it comes before/.test(error.message),
  );
  turns.uploaded(undefined);
  assert.equal(turns.at(pause), undefined);
  turns.uploaded(HASH);
  assert.equal(turns.at(pause), turns);
});
