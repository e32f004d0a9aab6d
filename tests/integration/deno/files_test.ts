/** The real file system gives the same answers as the in-memory file system of the unit tests. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import process from "node:process";
import { denoFiles, openFiles } from "../../../src/deno/files/files.ts";
import { FileError, type Files } from "../../../src/host.ts";
import { loadIgnore } from "../../../src/tree/ignore/ignore.ts";
import { walk } from "../../../src/tree/walk.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { hardLinks, tree, writeTree } from "../../support/tree_text.ts";

const NODES = [
  ...hardLinks(["d/one", "d/other"], "both"),
  ...tree(`
  dir d/
  file d/file 640 hello
  file d/empty
  dir d/sub/ 700
  link d/link -> file
  link d/dangling -> nothing
  link d/circle -> circle
  fifo d/pipe
`),
];

/** Returns the answers of a file system to all of its methods, by path relative to `root`. */
async function answers(files: Files, root: string): Promise<Record<string, unknown>> {
  const says: Record<string, unknown> = {};
  for (
    const path of ["d", "d/file", "d/one", "d/sub", "d/link", "d/dangling", "d/circle", "nope"]
  ) {
    const at = `${root}/${path}`;
    const ask: Record<string, () => Promise<unknown>> = {
      list: async () => (await files.list(at)).sort((a, b) => a.name < b.name ? -1 : 1),
      lstat: async () => withoutSize(await files.lstat(at)),
      stat: async () => withoutSize(await files.stat(at)),
      realPath: async () => (await files.realPath(at)).replace(root, ""),
    };
    if (path === "d/link") ask.readLink = () => files.readLink(at);
    if (!["d", "d/sub"].includes(path)) {
      ask.readText = () => files.readText(at);
      ask.readStart = () => files.readStart(at, new Uint8Array(3));
      ask.open = () => readAll(files, at);
    }
    for (const [what, call] of Object.entries(ask)) {
      try {
        says[`${what} ${path}`] = await call();
      } catch (error) {
        assert(error instanceof FileError, `${what} ${path}: ${error}`);
        assert.equal(error.path, at);
        says[`${what} ${path}`] = error.state;
      }
    }
  }
  return says;
}

/** Replaces inode numbers, which differ between file systems. */
function withoutInode(says: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(says), (key, value) => key === "inode" ? "some" : value);
}

/**
 * Removes the sizes of directories and links, and the mtimes of links, which depend on the system.
 */
function withoutSize(stat: { kind: string } | undefined): unknown {
  if (stat === undefined || stat.kind === "file") return stat;
  return { ...stat, sizeBytes: 0, ...(stat.kind === "symlink" ? { mtimeSeconds: 0 } : {}) };
}

async function readAll(files: Files, path: string): Promise<unknown[]> {
  const file = await files.open(path);
  try {
    const buffer = new Uint8Array(4);
    const counts = [await file.read(buffer), await file.read(buffer), await file.read(buffer)];
    return [await file.stat(), ...counts];
  } finally {
    file.close();
  }
}

Deno.test("the real and the in-memory file system give the same answers", async () => {
  using place = temporaryDirectory();
  mkdirSync(`${place.path}/root`);
  writeTree(`${place.path}/root`, NODES);
  const real = await answers(denoFiles, `${place.path}/root`);
  const remembered = await answers(new MemoryFiles(NODES, "/root"), "/root");
  assert.deepEqual(withoutInode(real), withoutInode(remembered));
  // Like slow storage: all calls but each 65th go through the thread pool.
  assert.deepEqual(await answers(openFiles(-1), `${place.path}/root`), real);
  assert.equal(real["readText d/file"], "hello");
  assert.equal(real["open d/link"], "is a symbolic link");
  assert.equal(real["readStart d/link"], "is a symbolic link");
  assert.equal(real["lstat nope"], "no such file or directory");
  assert.equal(real["readText nope"], undefined);
});

Deno.test("reading a FIFO without a writer does not block", async () => {
  using place = temporaryDirectory();
  writeTree(place.path, tree("fifo pipe"));
  for (const files of [denoFiles, openFiles(-1)]) {
    const { bytes, stat } = await files.readStart(`${place.path}/pipe`, new Uint8Array(1));
    assert.deepEqual([bytes, stat.kind], [0, "other"]);
    assert.equal((await readAll(files, `${place.path}/pipe`))[1], null);
  }
});

Deno.test("a file is created only if nothing exists at the path, not even a dangling link", async () => {
  using directory = temporaryDirectory();
  const at = (name: string) => `${directory.path}/${name}`;
  await Deno.writeTextFile(at("precious"), "precious");
  await Deno.symlink(at("elsewhere"), at("link"));
  await Deno.mkdir(at("d"));
  for (const name of ["precious", "link", "d"]) {
    assert.equal(await denoFiles.createText(at(name), "new"), false, name);
  }
  assert.equal(await denoFiles.createText(at("new"), "new"), true);
  for (const name of ["precious", "new"]) assert.equal(await Deno.readTextFile(at(name)), name);
  await assert.rejects(Deno.lstat(at("elsewhere")), Deno.errors.NotFound);
  await assert.rejects(denoFiles.createText(at("no/new"), "new"), FileError);
});

Deno.test("a FIFO, a socket and a device are skipped and reported", {
  ignore: process.getuid?.() !== 0, // only root can make a device
}, async () => {
  using place = temporaryDirectory();
  writeTree(place.path, tree("file a x\nfifo fifo"));
  using _listener = Deno.listen({ transport: "unix", path: `${place.path}/socket` });
  execFileSync("mknod", [`${place.path}/device`, "c", "1", "3"]);
  const left: string[] = [];
  const rules = await loadIgnore(denoFiles, place.path);
  const entries = await Array.fromAsync(
    walk(denoFiles, place.path, rules, { onSkip: (path, why) => left.push(`${path}: ${why}`) }),
  );
  assert.deepEqual(entries.map(({ path }) => path), ["a"]);
  const why = "it is a socket, a FIFO or a device";
  assert.deepEqual(left, [`device: ${why}`, `fifo: ${why}`, `socket: ${why}`]);
});

Deno.test("an unreadable path is an error with its path: permission denied", {
  ignore: process.getuid?.() !== 0,
}, async () => {
  using place = temporaryDirectory();
  writeTree(place.path, tree("file locked/file 000 x"));
  chmodSync(`${place.path}/locked`, 0);
  chmodSync(place.path, 0o755);
  // The whole process runs as another user during this test.
  process.seteuid!(65534);
  try {
    for (
      const call of [
        () => denoFiles.list(`${place.path}/locked`),
        () => denoFiles.lstat(`${place.path}/locked/file`),
        () => denoFiles.open(`${place.path}/locked/file`),
        () => denoFiles.readStart(`${place.path}/locked/file`, new Uint8Array(1)),
        () => denoFiles.readText(`${place.path}/locked/file`),
        () => denoFiles.stat(`${place.path}/locked/file`),
      ]
    ) {
      await assert.rejects(call(), (error) => {
        assert(error instanceof FileError);
        assert.equal(error.state, "permission denied");
        assert(error.path.startsWith(`${place.path}/locked`));
        return true;
      });
    }
  } finally {
    process.seteuid!(0);
  }
});

Deno.test("20,000 stat calls in a row do not block the event loop", async () => {
  using place = temporaryDirectory();
  writeTree(place.path, tree("file a x"));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  for (let i = 0; i < 20_000; i++) await denoFiles.lstat(`${place.path}/a`);
  clearInterval(timer);
  assert(ticks > 0);
});
