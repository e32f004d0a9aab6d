import assert from "node:assert/strict";
import { changedPaths } from "../../../src/tree/changed_paths.ts";
import { loadIgnore } from "../../../src/tree/ignore/ignore.ts";
import { walk } from "../../../src/tree/walk.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { tree } from "../../support/tree_text.ts";

const TREE = `
  file .gitignore "*.o\\n"
  file a.txt one
  file src/b.sh 755 two
  link l -> a.txt
`;

async function entries(files: MemoryFiles) {
  return await Array.fromAsync(walk(files, "/tree", await loadIgnore(files, "/tree")));
}

/** What the change of a small tree is. */
async function changed(change: (files: MemoryFiles) => void, before = TREE): Promise<string[]> {
  const files = new MemoryFiles(tree(before));
  const first = await entries(files);
  change(files);
  return changedPaths(first, await entries(files));
}

function put(files: MemoryFiles, line: string, mtimeSeconds?: number): void {
  const [node] = tree(line);
  files.put(`/tree/${node.path}`, mtimeSeconds === undefined ? node : { ...node, mtimeSeconds });
}

Deno.test("a tree that is walked again has not changed", async () => {
  assert.deepEqual(await changed(() => {}), []);
});

Deno.test("what is written, added and removed is named, in order", async () => {
  const paths = await changed((files) => {
    put(files, "file src/z new");
    files.write("/tree/src/b.sh", "three");
    files.remove("/tree/a.txt");
  });
  assert.deepEqual(paths, ["a.txt", "src/b.sh", "src/z"]);
});

Deno.test("a time, a mode, a link's target and another kind are changes", async () => {
  assert.deepEqual(await changed((files) => put(files, "file a.txt one", 1_700_000_001)), [
    "a.txt",
  ]);
  assert.deepEqual(await changed((files) => put(files, "file src/b.sh 644 two")), ["src/b.sh"]);
  assert.deepEqual(await changed((files) => put(files, "link l -> src")), ["l"]);
  assert.deepEqual(await changed((files) => put(files, "file l x")), ["l"]);
});

Deno.test("a file that is written anew as it was, time and all, has not changed", async () => {
  assert.deepEqual(await changed((files) => put(files, "file a.txt one")), []);
});

Deno.test("a directory's time does not count, nor that of a link", async () => {
  assert.deepEqual(await changed((files) => put(files, "dir src/", 1_700_000_009)), []);
  assert.deepEqual(await changed((files) => put(files, "link l -> a.txt", 1_700_000_009)), []);
});

Deno.test("a directory is named where nothing in it is", async () => {
  assert.deepEqual(await changed((files) => put(files, "dir empty/")), ["empty/"]);
  assert.deepEqual(await changed((files) => put(files, "file new/deep/x 1")), ["new/deep/x"]);
  assert.deepEqual(await changed((files) => files.remove("/tree/src")), ["src/b.sh"]);
});

Deno.test("what is ignored does not count, the file that says so does with what it changes", async () => {
  assert.deepEqual(await changed((files) => put(files, "file src/b.o x")), []);
  const paths = await changed((files) => {
    put(files, "file src/b.o x");
    files.write("/tree/.gitignore", "");
  });
  assert.deepEqual(paths, [".gitignore", "src/b.o"]);
});

Deno.test("what an editor keeps for itself does not count", async () => {
  for (
    const name of [
      ".a.txt.swp",
      ".a.txt.swx",
      ".swp",
      "a.txt~",
      "#a.txt#",
      ".a.kate-swp",
      ".DS_Store",
    ]
  ) {
    assert.deepEqual(await changed((files) => put(files, `file "src/${name}" x`)), [], name);
  }
  assert.deepEqual(await changed((files) => put(files, 'link "src/.#a" -> me@here.1')), []);
  assert.deepEqual(await changed((files) => put(files, "file a.swift x")), ["a.swift"]);
});
