/** The real watcher: real files, and the events that the system makes of them. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { watchDirectories } from "../../../src/deno/files/watcher.ts";
import { shell } from "../../support/byte_tree.ts";
import { commandLine } from "../../support/program.ts";
import { turn } from "../../support/fake_transport.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";

/** A watcher that counts. */
class Watched implements AsyncDisposable {
  count = 0;
  #changed = Promise.withResolvers<void>();
  readonly #watcher: AsyncDisposable;

  constructor(directories: readonly string[]) {
    this.#watcher = watchDirectories(directories, () => {
      this.count++;
      this.#changed.resolve();
    });
  }

  /** Makes the change, and waits until the watcher reports it. */
  async tells(change: () => void): Promise<void> {
    this.#changed = Promise.withResolvers();
    change();
    await this.#changed.promise;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#watcher[Symbol.asyncDispose]();
  }
}

Deno.test("each kind of change in a directory is reported", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  const changes: Record<string, () => void> = {
    "a new file": () => writeFileSync(`${path}/a`, "1"),
    "another content": () => writeFileSync(`${path}/a`, "2"),
    "another mode": () => chmodSync(`${path}/a`, 0o755),
    "another name": () => renameSync(`${path}/a`, `${path}/b`),
    "another file in its place": () => {
      writeFileSync(`${path}/.b.tmp`, "3");
      renameSync(`${path}/.b.tmp`, `${path}/b`);
    },
    "a link": () => symlinkSync("b", `${path}/l`),
    "a directory": () => mkdirSync(`${path}/d`),
    "none of it": () => rmSync(`${path}/b`),
  };
  for (const change of Object.values(changes)) {
    await using watched = new Watched([path]);
    await watched.tells(change);
  }
});

Deno.test("what is read, or opened to be written and was not, is not told", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  writeFileSync(`${path}/a`, "1");
  await using watched = new Watched([path]);
  using all = Deno.watchFs(path, { recursive: false });
  readdirSync(path);
  readFileSync(`${path}/a`);
  (await Deno.open(`${path}/a`, { append: true })).close();
  for await (const { kind, paths } of all) if (kind === "access" && paths[0] === `${path}/a`) break;
  await turn();
  assert.equal(watched.count, 0);
  await watched.tells(() => chmodSync(`${path}/a`, 0o600));
});

Deno.test("the entries of a directory take no watches", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  for (let at = 0; at < 20; at++) mkdirSync(`${path}/node_modules/${at}`, { recursive: true });
  const before = watches();
  await using _watched = new Watched([path]);
  assert.equal(watches() - before, 1);
});

/** How many inotify watches this process has: https://man7.org/linux/man-pages/man5/proc_pid_fdinfo.5.html */
function watches(): number {
  return readdirSync("/proc/self/fdinfo")
    .map((name) =>
      existsSync(`/proc/self/fdinfo/${name}`)
        ? readFileSync(`/proc/self/fdinfo/${name}`, "utf8")
        : ""
    )
    .reduce((sum, text) => sum + (text.match(/^inotify wd:/gm)?.length ?? 0), 0);
}

Deno.test("a directory that took the place of another is watched by the next watcher", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/src`;
  mkdirSync(path);
  for (let time = 0; time < 3; time++) {
    await using watched = new Watched([directory.path, path]);
    await watched.tells(() => writeFileSync(`${path}/a`, "x"));
    await watched.tells(() => rmSync(path, { recursive: true }));
    await watched.tells(() => mkdirSync(path));
    await turn();
  }
});

Deno.test("a directory whose name is not UTF-8 is watched too", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  using directory = temporaryDirectory();
  shell(directory.path, `mkdir "d$b"; touch "d$b/a"`);
  await using watched = new Watched([`${directory.path}/gone\udcff`, `${directory.path}/d\udcff`]);
  await watched.tells(() => shell(directory.path, `echo x >"d$b/a"`));
});

Deno.test("a directory that is not there any more is passed over", async () => {
  using directory = temporaryDirectory();
  const { path } = directory;
  await using watched = new Watched([path, `${path}/gone`, `${path}/gone/too`]);
  await watched.tells(() => writeFileSync(`${path}/a`, "x"));
});

testWith(
  ["unshare"],
  "the limit of watches is reported with the setting that raises it, and no run starts",
  async () => {
    using directory = temporaryDirectory();
    for (let at = 0; at < 20; at++) mkdirSync(`${directory.path}/${at}`);
    const tknDev = commandLine(["task", "upload", "t", directory.path, "--watch"]);
    for (
      const [limit, state] of [
        ["watches", "the system's limit of watches is reached (it has 21 directories)"],
        ["instances", "the system's limit of watchers is reached"],
      ]
    ) {
      const few = `echo ${limit === "watches" ? 9 : 0} > /proc/sys/user/max_inotify_${limit}`;
      const { code, stderr } = await new Deno.Command("unshare", {
        args: ["-Ur", "sh", "-c", `${few} && exec "$@"`, "sh", ...tknDev],
        env: { NO_COLOR: "1" },
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert.equal(code, 2, said);
      assert.equal(
        said,
        `Error: Cannot watch "${directory.path}": ${state}\n` +
          "Hint: raise fs.inotify.max_user_watches or max_user_instances by sysctl, or --ignore more\n",
      );
    }
  },
  { ignore: !canUnshare() },
);

/** Whether users may create a namespace with separate limits. */
function canUnshare(): boolean {
  try {
    return new Deno.Command("unshare", {
      args: ["-Ur", "test", "-w", "/proc/sys/user/max_inotify_watches"],
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false; // there is no unshare
  }
}
