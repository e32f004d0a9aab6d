import assert from "node:assert/strict";
import { changedPaths, settledFiles } from "../../../src/tree/changed_paths.ts";
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

/** Returns the paths that `change` changes in a small tree. */
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

Deno.test("an untouched tree has no changed paths", async () => {
  assert.deepEqual(await changed(() => {}), []);
});

Deno.test("written, added and removed files are listed in order", async () => {
  const paths = await changed((files) => {
    put(files, "file src/z new");
    files.write("/tree/src/b.sh", "three");
    files.remove("/tree/a.txt");
  });
  assert.deepEqual(paths, ["a.txt", "src/b.sh", "src/z"]);
});

Deno.test("a changed mtime, mode, link target or kind is a change", async () => {
  assert.deepEqual(await changed((files) => put(files, "file a.txt one", 1_700_000_001)), [
    "a.txt",
  ]);
  assert.deepEqual(await changed((files) => put(files, "file src/b.sh 644 two")), ["src/b.sh"]);
  assert.deepEqual(await changed((files) => put(files, "link l -> src")), ["l"]);
  assert.deepEqual(await changed((files) => put(files, "file l x")), ["l"]);
});

Deno.test("a file rewritten with the same content and mtime is not a change", async () => {
  assert.deepEqual(await changed((files) => put(files, "file a.txt one")), []);
});

Deno.test("the mtime of a directory or a link does not count", async () => {
  assert.deepEqual(await changed((files) => put(files, "dir src/", 1_700_000_009)), []);
  assert.deepEqual(await changed((files) => put(files, "link l -> a.txt", 1_700_000_009)), []);
});

Deno.test("a directory is listed only if nothing inside it is", async () => {
  assert.deepEqual(await changed((files) => put(files, "dir empty/")), ["empty/"]);
  assert.deepEqual(await changed((files) => put(files, "file new/deep/x 1")), ["new/deep/x"]);
  assert.deepEqual(await changed((files) => files.remove("/tree/src")), ["src/b.sh"]);
});

Deno.test("an ignored file does not count, but a changed .gitignore and the files it reveals do", async () => {
  assert.deepEqual(await changed((files) => put(files, "file src/b.o x")), []);
  const paths = await changed((files) => {
    put(files, "file src/b.o x");
    files.write("/tree/.gitignore", "");
  });
  assert.deepEqual(paths, [".gitignore", "src/b.o"]);
});

Deno.test("an editor's own files do not count", async () => {
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

Deno.test("files are settled if no walk differs and they are older than the walk before", async () => {
  const files = new MemoryFiles(tree(TREE));
  const first = await entries(files);
  const mtime = first.find(({ path }) => path === "a.txt")!.mtimeSeconds;
  const settled = async (seconds: number) =>
    settledFiles(first, await entries(files), seconds).map(({ path }) => path);
  assert.deepEqual(await settled(mtime + 3), [".gitignore", "a.txt", "src/b.sh"]);
  assert.deepEqual(await settled(mtime + 2), [], "they may change again in the same moment");
  put(files, "file a.txt two", mtime + 1);
  put(files, "file new.txt x", mtime - 9);
  assert.deepEqual(await settled(mtime + 3), [".gitignore", "src/b.sh"]);
});
