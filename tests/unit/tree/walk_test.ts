import assert from "node:assert/strict";
import { TransferError } from "../../../src/errors.ts";
import { FileError } from "../../../src/host.ts";
import { loadIgnore } from "../../../src/tree/ignore/ignore.ts";
import {
  type Entry,
  type Named,
  walk,
  walkNames,
  type WalkOptions,
} from "../../../src/tree/walk.ts";
import { gitAnswers } from "../../support/git_answers.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { file, tree } from "../../support/tree_text.ts";

async function walked(files: MemoryFiles, options?: WalkOptions): Promise<Entry[]> {
  return await Array.fromAsync(walk(files, "/tree", await loadIgnore(files, "/tree"), options));
}

async function paths(text: string): Promise<string[]> {
  return (await walked(new MemoryFiles(tree(text)))).map(({ path }) => path);
}

async function named(files: MemoryFiles, options?: WalkOptions): Promise<Named[]> {
  const runs = walkNames(files, "/tree", await loadIgnore(files, "/tree"), options);
  return (await Array.fromAsync(runs)).flat();
}

Deno.test("a walk is sorted by name within each directory, a directory before its contents", async () => {
  assert.deepEqual(
    await paths(`
      file b/z.txt
      file b/a.txt
      file a.txt
      file b.txt
      dir c/
    `),
    ["a.txt", "b", "b/a.txt", "b/z.txt", "b.txt", "c"],
  );
});

Deno.test("modes are those of a clone, independent of the umask", async () => {
  const entries = await walked(
    new MemoryFiles(tree(`
      dir a/ 700
      dir b/ 777
      file a/private 600
      file a/read-only 444
      file b/group 664
      file b/mine-only 744
      file b/none 000
      file b/open 777
      file b/others-only 655
      file b/run 500
      link l -> a
    `)),
  );
  assert.deepEqual(
    entries.map(({ path, mode }) => `${path} ${mode.toString(8)}`),
    [
      ...["a 755", "a/private 644", "a/read-only 644", "b 755", "b/group 644", "b/mine-only 755"],
      ...["b/none 644", "b/open 755", "b/others-only 644", "b/run 755", "l 777"],
    ],
  );
});

Deno.test("if git does not trust the file system's modes, its index decides which files are executable", async () => {
  const files = new MemoryFiles(tree(`
    file .git/HEAD
    file build.gradle 777
    file gradlew 644
    file lib/.git/HEAD
    file lib/gradlew 644
    file lib/run 755
    file new.sh 755
    file sub/run 644
  `));
  const index = "H 100644 0 0\tbuild.gradle\0H 100755 0 0\tgradlew\0H 160000 0 0\tlib\0" +
    "H 100755 0 0\tsub/run\0";
  const at = async (root: string, readsFiles = true) => {
    const rules = await loadIgnore(files, root, {
      readsFiles,
      askGit: (directory) =>
        Promise.resolve(gitAnswers(
          directory === "/tree/lib"
            ? {}
            : directory === "/tree"
            ? { trustsModes: false, index }
            : { trustsModes: false, index: "H 100755 0 0\trun\0" },
        )),
    });
    const entries = await Array.fromAsync(walk(files, root, rules));
    return entries.filter(({ mode, kind }) => kind === "file" && mode === 0o755)
      .map(({ path }) => path);
  };
  assert.deepEqual(await at("/tree"), ["gradlew", "lib/run", "sub/run"]);
  assert.deepEqual(await at("/tree", false), ["gradlew", "lib/run", "sub/run"], "--no-ignore");
  assert.deepEqual(await at("/tree/sub"), ["run"], "below the repository's root");
});

Deno.test("an entry has a kind, a size, a mode, an mtime and the target of a link", async () => {
  const entries = await walked(
    new MemoryFiles(tree(`
      dir a/ 700
      file a/run.sh 755 hello
      link l -> a
    `)),
  );
  const mtimeSeconds = 1_700_000_000;
  assert.deepEqual(entries, [
    {
      path: "a",
      kind: "directory",
      sizeBytes: 0,
      mode: 0o755,
      mtimeSeconds,
      linkTarget: undefined,
    },
    {
      path: "a/run.sh",
      kind: "file",
      sizeBytes: 5,
      mode: 0o755,
      mtimeSeconds,
      linkTarget: undefined,
    },
    { path: "l", kind: "symlink", sizeBytes: 0, mode: 0o777, mtimeSeconds, linkTarget: "a" },
  ]);
});

Deno.test("links are not followed: to a directory, in a loop, dangling, out of the tree", async () => {
  assert.deepEqual(
    await paths(`
      file a/f
      link a/up -> ..
      link circle -> circle
      link nothing -> missing
      link out -> /etc
    `),
    ["a", "a/f", "a/up", "circle", "nothing", "out"],
  );
});

Deno.test(".git is left out at every level, but not names that only begin with it", async () => {
  assert.deepEqual(
    await paths(`
      file .git/HEAD ref
      file .gitattributes
      file .github/workflows/ci.yaml
      file .gitignore
      file .gitlab-ci.yml
      file .env
      file library/.git "gitdir: ../.git/modules/library"
      file library/main.go
    `),
    [
      ".env",
      ".gitattributes",
      ".github",
      ".github/workflows",
      ".github/workflows/ci.yaml",
      ".gitignore",
      ".gitlab-ci.yml",
      "library",
      "library/main.go",
    ],
  );
});

Deno.test("a directory that contains its own name keeps its place", async () => {
  assert.deepEqual(await paths("file tree/pkg/tree/main.go"), [
    "tree",
    "tree/pkg",
    "tree/pkg/tree",
    "tree/pkg/tree/main.go",
  ]);
});

Deno.test("an ignored directory is not listed", async () => {
  const files = new MemoryFiles(tree(`
    file .gitignore node_modules/
    file node_modules/left-pad/index.js
    file main.js
  `));
  assert.deepEqual((await walked(files)).map(({ path }) => path), [".gitignore", "main.js"]);
  assert.deepEqual(files.touched.filter((path) => path.includes("node_modules")), []);
});

Deno.test("a FIFO is skipped and reported", async () => {
  const skipped: string[] = [];
  const files = new MemoryFiles(tree("file a\nfifo d/pipe"));
  const entries = await walked(files, { onSkip: (path, why) => skipped.push(`${path}: ${why}`) });
  assert.deepEqual(entries.map(({ path }) => path), ["a", "d"]);
  assert.deepEqual(skipped, ["d/pipe: it is a socket, a FIFO or a device"]);
});

Deno.test("an unreadable directory is an error with its path", async () => {
  const files = new MemoryFiles(tree("file a/secret*/key"));
  files.deny("/tree/a/secret*");
  await assert.rejects(walked(files), (error) => {
    assert(error instanceof TransferError);
    assert.equal(error.message, 'Cannot read "a/secret*": permission denied');
    assert.equal(error.hint, "Make it readable, or leave it out: --ignore '/a/secret\\*'");
    return true;
  });
});

Deno.test("an unreadable root is an error with its path", async () => {
  const files = new MemoryFiles();
  files.deny("/tree");
  await assert.rejects(walked(files), { message: 'Cannot read "/tree": permission denied' });
});

Deno.test("an unreadable .gitignore is an error with its path", async () => {
  const files = new MemoryFiles(tree("file a/.gitignore x"));
  files.deny("/tree/a/.gitignore");
  await assert.rejects(walked(files), { message: 'Cannot read "a/.gitignore": permission denied' });
});

Deno.test("a file that vanishes between list and stat is left out", async () => {
  const files = new MemoryFiles(tree("file a\nfile b"));
  const list = files.list.bind(files);
  files.list = async (path) => {
    const entries = await list(path);
    files.remove("/tree/a");
    return entries;
  };
  assert.deepEqual((await walked(files)).map(({ path }) => path), ["b"]);
});

Deno.test("a name that is not UTF-8, listed with U+FFFD, is an error with its path", async () => {
  const files = new MemoryFiles();
  files.list = () => Promise.resolve([{ name: "caf\uFFFD", kind: "file" }]);
  await assert.rejects(walked(files), {
    message: 'Cannot read "caf\uFFFD": its name is not valid UTF-8',
  });
});

Deno.test("a name that contains U+FFFD is valid", async () => {
  const files = new MemoryFiles([file("caf\uFFFD", "x")]);
  assert.deepEqual((await walked(files)).map(({ path }) => path), ["caf\uFFFD"]);

  const locked = new MemoryFiles(tree("file caf\uFFFD/a x"));
  locked.deny("/tree/caf\uFFFD");
  await assert.rejects(walked(locked), { message: 'Cannot read "caf\uFFFD": permission denied' });
});

Deno.test("a walk ends with the signal's reason", async () => {
  const files = new MemoryFiles(tree("file a/f\nfile b/f"));
  const controller = new AbortController();
  const seen: string[] = [];
  const signal = controller.signal;
  await assert.rejects(async () => {
    for await (
      const { path } of walk(files, "/tree", await loadIgnore(files, "/tree"), { signal })
    ) {
      seen.push(path);
      if (path === "a/f") controller.abort(new Error("enough"));
    }
  }, { message: "enough" });
  assert.deepEqual(seen, ["a", "a/f"]);
});

Deno.test("a walk for names lists the same entries with one stat in each directory", async () => {
  const files = new MemoryFiles(tree(`
    file .gitignore *.log
    file a.log
    file a/run.sh 755 hello
    file a/two
    dir b/
    link l -> a
    fifo a/pipe
  `));
  const asked: string[][] = [];
  const lstatNames = files.lstatNames.bind(files);
  files.lstatNames = (directory, names) => {
    asked.push([directory, ...names]);
    return lstatNames(directory, names);
  };
  const skipped: string[] = [];
  const names = await named(files, { onSkip: (path) => skipped.push(path) });
  assert.deepEqual(asked, [["/tree", ".gitignore"], ["/tree/a", "pipe"]]);
  assert.deepEqual(skipped, ["a/pipe"]);
  const short = ({ path, kind, linkTarget }: Named) => ({ path, kind, linkTarget });
  assert.deepEqual(names.map(short), (await walked(files)).map(short));
});

Deno.test("a walk for names reports directories that can't be searched and names that are not UTF-8", async () => {
  const closed = new MemoryFiles(tree("file a/one\nfile a/two"));
  closed.lstatNames = (directory, names) =>
    directory === "/tree/a"
      ? Promise.reject(new FileError(`${directory}/${names[0]}`, "permission denied"))
      : Promise.resolve(names.map(() => undefined));
  await assert.rejects(named(closed), { message: 'Cannot read "a/one": permission denied' });

  const files = new MemoryFiles();
  files.list = () =>
    Promise.resolve([{ name: "a", kind: "file" }, { name: "caf\uFFFD", kind: "file" }]);
  await assert.rejects(named(files), {
    message: 'Cannot read "caf\uFFFD": its name is not valid UTF-8',
  });
});
