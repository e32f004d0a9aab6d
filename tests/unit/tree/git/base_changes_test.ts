import assert from "node:assert/strict";
import { type BaseAnswers, baseChanges } from "../../../../src/tree/git/base_changes.ts";
import type { Entry } from "../../../../src/tree/walk.ts";

const entry = (path: string, kind: Entry["kind"] = "file"): Entry => {
  return { path, kind, sizeBytes: 1, mode: 0o644, mtimeSeconds: 0 };
};

const ZERO = "0".repeat(40), HASH = "1".repeat(40);

/** `tree` and `changed` are lists of paths; a path that starts with "160000 " is a submodule. */
function answers(
  { tree = [], changed = [], ...rest }: Partial<Omit<BaseAnswers, "tree">> & {
    tree?: readonly string[];
    changed?: readonly (readonly [modes: string, path: string])[];
  },
): BaseAnswers {
  return {
    tree: tree.map((path) => {
      const [, module, name] = /^(160000 )?(.*)$/s.exec(path)!;
      return `${module ? "160000 commit" : "100644 blob"} ${HASH}\t${name}\0`;
    }).join(""),
    differences: changed.map(([modes, path]) => `:${modes} ${HASH} ${ZERO} M\0${path}\0`).join(""),
    flags: "",
    ignoresCase: false,
    ...rest,
  };
}

const paths = ({ entries }: { entries: Entry[] }) => entries.map(({ path }) => path);

Deno.test("changed and unknown files are sent, with the directories above them first", () => {
  const found = baseChanges(
    ["a", "d", "d/e", "d/e/f", "d/g", "same"].map((path) =>
      entry(path, path === "d" || path === "d/e" ? "directory" : "file")
    ),
    answers({
      tree: ["a", "d/g", "same", "gone"],
      changed: [["100644 100755", "a"], ["100644 000000", "gone"]],
    }),
  );
  assert.deepEqual(paths(found), ["d", "d/e", "a", "d/e/f"]);
  assert.deepEqual([found.removed, found.leftOut, found.submodules], [["gone"], [], []]);
});

Deno.test("where the file system ignores case, the path is that of the commit", () => {
  const folded = answers({
    tree: ["README.md", "a"],
    changed: [["100644 100644", "README.md"]],
    ignoresCase: true,
  });
  const tree = [entry("Readme.md"), entry("A")];
  assert.deepEqual(paths(baseChanges(tree, folded)), ["README.md"]);
  assert.deepEqual(paths(baseChanges(tree, { ...folded, ignoresCase: false })), ["Readme.md", "A"]);
});

Deno.test("a path may have any characters, and an unmerged one several lines", () => {
  const odd = 'a\t"b"\nc';
  const found = baseChanges(
    [entry(odd), entry("merged")],
    answers({
      tree: [odd, "merged"],
      changed: [["100644 100644", odd], ["000000 000000", "merged"], ["100644 100644", "merged"]],
    }),
  );
  assert.deepEqual(paths(found), [odd, "merged"]);
});

Deno.test("a submodule whose files are the repository's now differs", () => {
  const found = baseChanges(
    [entry("lib", "directory"), entry("lib/code")],
    answers({ tree: ["160000 lib"], changed: [["160000 000000", "lib"]] }),
  );
  assert.deepEqual(found.submodules, ["lib"]);
});

Deno.test("the files of a submodule are not sent; one that differs is named", () => {
  const tree = ["160000 lib/one", "160000 lib/two", "160000 lib/gone"];
  const found = baseChanges(
    [entry("lib", "directory"), entry("lib/one", "directory"), entry("lib/one/code")],
    answers({
      tree,
      changed: [["160000 160000", "lib/two"], ["160000 000000", "lib/gone"]],
    }),
  );
  assert.deepEqual(found, {
    entries: [],
    removed: ["lib/gone"],
    leftOut: [],
    submodules: ["lib/two"],
  });
});

Deno.test("an answer of git that cannot be read is no answer without differences", () => {
  const broken = { ...answers({}), differences: "warning: x\0a\0" };
  assert.throws(() => baseChanges([], broken), /git diff --raw has "warning: x"/);
});
