import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import type { Source } from "../../../../src/commands/source/source.ts";
import { uploadFlags } from "../../../../src/commands/options/upload_flags.ts";
import { watch } from "../../../../src/commands/watch/watch.ts";
import { ClusterError, Interrupted, TransferError, UsageError } from "../../../../src/errors.ts";
import { FileError, type Host } from "../../../../src/host.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { turn, until } from "../../../support/fake_transport.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { rejection } from "../../../support/refusal.ts";
import { file, tree } from "../../../support/tree_text.ts";
import "../../../support/no_env.ts";

/** A started run. The test or its interrupt ends it. */
interface Started {
  readonly interrupt: AbortSignal;
  readonly source: Source;
  end(error?: Error): void;
}

/** A watched directory, with runs that do nothing. */
class Play {
  readonly host = new FakeHost(
    new MemoryFiles(tree(`
      file .gitignore "out/\\n"
      file a.txt one
      file src/b.txt two
      file out/c.o three
    `)),
  );
  readonly runs: Started[] = [];
  readonly code: Promise<number>;

  constructor(mode: "after" | "restart" = "after", ...argv: string[]) {
    const line = ["task", "upload", "t", "/tree", `--watch=${mode}`, ...argv];
    const { flags, args } = parse(line, PROGRAM);
    this.code = watch(this.host, uploadFlags(flags, args.DIR), this.#once);
    this.code.catch(() => {});
  }

  #once = async ({ interrupt }: Host, source: Source): Promise<void> => {
    const ended = Promise.withResolvers<void>();
    const end = (error?: Error) => error === undefined ? ended.resolve() : ended.reject(error);
    interrupt.addEventListener("abort", () => end(new Interrupted("Interrupted: cancelled")));
    this.runs.push({ interrupt, source, end });
    await ended.promise;
  };

  /** Waits for a run by its number; the first is 1. */
  async run(number: number): Promise<Started> {
    await until(() => this.runs.length >= number, `run ${number}`);
    assert.equal(this.runs.length, number);
    return this.runs[number - 1];
  }

  get said(): string {
    return this.host.terminal.stderr;
  }

  /** Waits until the program says for the nth time that it watches. */
  async waits(times = 1): Promise<void> {
    const count = () => this.said.split("Watching /tree for changes, Ctrl-C ends\n").length - 1;
    await until(() => count() === times, `waiting for the ${times}. time`);
    await this.settle();
  }

  /** Waits until nothing happens without the clock. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 12; turns++) await turn();
  }

  /** Reports a possible change, then passes time without another one. */
  async tell(ms = 400): Promise<void> {
    this.host.tellChange();
    await this.settle();
    await this.pass(ms);
  }

  async pass(ms: number): Promise<void> {
    this.host.clock.advance(ms);
    await this.settle();
  }

  async write(path: string, text: string, ms?: number): Promise<void> {
    this.host.files.write(`/tree/${path}`, text);
    await this.tell(ms);
  }
}

async function paths(source: Source): Promise<string[]> {
  return (await source.entries).map(({ path }) => path);
}

Deno.test("a file saved after a run starts the next run, and is named", async () => {
  const play = new Play();
  const first = await play.run(1);
  assert.deepEqual(await paths(first.source), [".gitignore", "a.txt", "src", "src/b.txt"]);
  first.end();
  await play.waits();
  await play.write("src/b.txt", "other");
  const second = await play.run(2);
  assert.deepEqual(await paths(second.source), [".gitignore", "a.txt", "src", "src/b.txt"]);
  assert.equal(
    play.said,
    "Watching /tree for changes, Ctrl-C ends\n\nChanged: src/b.txt\n",
  );
  second.end();
  await play.waits(2);
  play.host.pressCtrlC();
  assert.equal(await play.code, 130);
});

Deno.test("a change during a run starts the next run after it", async () => {
  const play = new Play();
  const first = await play.run(1);
  await play.write("a.txt", "other");
  await play.write("new.txt", "x");
  assert.equal(play.runs.length, 1);
  assert.ok(!first.interrupt.aborted);
  first.end();
  await play.waits();
  await play.pass(200);
  await play.run(2);
  assert.match(play.said, /\n\nChanged: a\.txt, new\.txt\n$/);
});

Deno.test("a burst of changes starts one run, after a silence", async () => {
  const play = new Play();
  (await play.run(1)).end();
  await play.waits();
  await play.write("a.txt", "1", 150);
  for (let at = 0; at < 5; at++) await play.write(`${at}.txt`, "x", 190);
  assert.equal(play.runs.length, 1);
  await play.pass(400);
  await play.run(2);
  assert.match(play.said, /Changed: 0\.txt, 1\.txt and 4 more\n$/);
});

Deno.test("a directory that is never quiet starts a run after three seconds", async () => {
  const play = new Play();
  (await play.run(1)).end();
  await play.waits();
  let changes = 0;
  while (play.runs.length === 1) await play.write("a.txt", "x".repeat(++changes), 100);
  assert.ok(changes >= 29 && changes <= 33, `${changes}`);
});

Deno.test("ignored files, reads and rewrites of the same content start no run", async () => {
  const play = new Play();
  (await play.run(1)).end();
  await play.waits();
  assert.deepEqual(play.host.watched, ["/tree", "/tree/src"]);
  await play.tell();
  await play.write("src/.b.txt.swp", "x");
  await play.write("out/c.o", "other");
  play.host.files.remove("/tree/src/.b.txt.swp");
  await play.tell();
  assert.equal(play.runs.length, 1);
  await play.write(".gitignore", "");
  await play.pass(200); // for changes in out/
  const { source } = await play.run(2);
  assert.ok((await paths(source)).includes("out/c.o"));
  assert.match(play.said, /Changed: \.gitignore, out\/c\.o\n$/);
  assert.deepEqual(play.host.watched, ["/tree", "/tree/out", "/tree/src"]);
});

Deno.test("a file that is saved as it was sent starts no run", async () => {
  const play = new Play();
  const first = await play.run(1);
  const { digests, entries } = first.source;
  await digests.ahead(await entries, first.interrupt);
  first.end();
  await play.waits();
  const touch = (path: string, text: string) => {
    play.host.files.put(`/tree/${path}`, { ...file(path, text), mtimeSeconds: 2e9 });
    return play.tell();
  };
  await touch("a.txt", "one");
  assert.equal(play.runs.length, 1);
  await touch("src/b.txt", "six");
  await play.run(2);
  assert.match(play.said, /Changed: src\/b\.txt\n$/);
});

Deno.test("a new directory is watched, including earlier files in it", async () => {
  const play = new Play();
  (await play.run(1)).end();
  await play.waits();
  play.host.onWatch = (directories) => {
    if (directories.includes("/tree/new")) play.host.files.write("/tree/new/late.txt", "x");
  };
  await play.write("new/first.txt", "x");
  await play.pass(200);
  await play.run(2);
  assert.match(play.said, /Changed: new\/first\.txt, new\/late\.txt\n$/);
  assert.deepEqual(play.host.watched, ["/tree", "/tree/new", "/tree/src"]);
});

Deno.test("with restart, a change cancels the run and starts the next one", async () => {
  const play = new Play("restart");
  const first = await play.run(1);
  await play.settle();
  await play.write("a.txt", "other");
  assert.ok(first.interrupt.aborted);
  const second = await play.run(2);
  assert.ok(!second.interrupt.aborted);
  assert.equal(play.said, "\nChanged: a.txt\n");
  second.end();
  await play.waits();
  await play.write("a.txt", "once more");
  await play.run(3);
});

Deno.test("the next run starts only after the cancelled run has ended", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a.txt one")));
  const { flags, args } = parse(["task", "upload", "t", "/tree", "--watch=restart"], PROGRAM);
  const cancelled = Promise.withResolvers<void>();
  let runs = 0;
  watch(host, uploadFlags(flags, args.DIR), async ({ interrupt }) => {
    runs++;
    await new Promise((resolve) => interrupt.addEventListener("abort", resolve));
    await cancelled.promise;
    throw new Interrupted("Interrupted: cancelled");
  });
  await until(() => runs === 1 && host.watched.length > 0);
  host.files.write("/tree/a.txt", "other");
  host.tellChange();
  for (let turns = 0; turns < 100; turns++) {
    host.clock.advance(100);
    await turn();
  }
  assert.equal(runs, 1);
  cancelled.resolve();
  await until(() => runs === 2);
});

Deno.test("Ctrl-C during a run interrupts the run and ends the watching", async () => {
  for (const mode of ["after", "restart"] as const) {
    const play = new Play(mode);
    await play.run(1);
    await play.settle();
    play.host.pressCtrlC();
    assert.equal(await rejection(play.code, Interrupted), "Interrupted: cancelled");
    assert.deepEqual(play.host.watched, []);
    assert.equal(play.said, "");
  }
});

Deno.test("Ctrl-C between runs exits at once with 130 and stops watching", async () => {
  for (const mode of ["after", "restart"] as const) {
    const play = new Play(mode);
    (await play.run(1)).end();
    await play.waits();
    play.host.pressCtrlC();
    assert.equal(await play.code, 130);
    assert.deepEqual(play.host.watched, []);
    assert.equal(play.host.clock.alarmCount, 0);
  }
});

Deno.test("a run's error is printed, and watching continues", async () => {
  const play = new Play();
  (await play.run(1)).end(new ClusterError("Cannot reach the cluster", { hint: "is it up?" }));
  await play.waits();
  await play.write("a.txt", "other");
  (await play.run(2)).end(new TransferError("Cannot send"));
  await play.waits(2);
  await play.write("a.txt", "another");
  (await play.run(3)).end(new UsageError("Cannot use it any more"));
  await play.waits(3);
  assert.equal(
    play.said,
    "Error: Cannot reach the cluster\nHint: is it up?\nWatching /tree for changes, Ctrl-C ends\n" +
      "\nChanged: a.txt\nError: Cannot send\nWatching /tree for changes, Ctrl-C ends\n" +
      "\nChanged: a.txt\nError: Cannot use it any more\nWatching /tree for changes, Ctrl-C ends\n",
  );
});

Deno.test("a usage error or a bug ends the watching", async () => {
  const wrong = new Play("restart");
  await wrong.run(1);
  await wrong.write("a.txt", "other", 0);
  wrong.runs[0].end(new UsageError("Cannot set param"));
  assert.equal(await rejection(wrong.code, UsageError), "Cannot set param");
  await wrong.pass(400);
  assert.deepEqual([wrong.host.watched, wrong.host.clock.alarmCount], [[], 0]);
  const bug = new Play();
  (await bug.run(1)).end(new TypeError("x is undefined"));
  await assert.rejects(bug.code, TypeError);
  assert.deepEqual(bug.host.watched, []);
});

Deno.test("an unreadable file is reported once", async () => {
  const play = new Play();
  (await play.run(1)).end();
  await play.waits();
  play.host.files.deny("/tree/src");
  await play.tell();
  assert.match(play.said, /ends\nError: Cannot read "src": permission denied\nHint: [^\n]+\n$/);
  assert.equal(play.runs.length, 1);
  play.host.pressCtrlC();
  assert.equal(await play.code, 130);
});

Deno.test("a refused directory is reported, and watching continues", async () => {
  const play = new Play();
  (await play.run(1)).end();
  await play.waits();
  play.host.files.deny("/tree");
  await play.tell();
  assert.match(
    play.said,
    /ends\nError: Cannot upload "\/tree": permission denied\nHint: [^\n]+\n$/,
  );
  play.host.files.allow("/tree");
  await play.write("a.txt", "other");
  await play.run(2);
});

Deno.test("a deleted directory ends the watching", async () => {
  const play = new Play();
  (await play.run(1)).end();
  await play.waits();
  play.host.files.remove("/tree");
  await play.tell();
  assert.match(
    await rejection(play.code, UsageError),
    /^Cannot upload "\/tree": no such directory/,
  );
});

Deno.test("a system limit on watches is reported before the first run", async () => {
  const play = new Play();
  play.host.onWatch = () => {
    throw new FileError("/tree", "the limit is reached");
  };
  assert.match(
    await rejection(play.code, UsageError),
    /^Cannot watch "\/tree": the limit is reached\n.*max_user_watches/,
  );
  assert.equal(play.runs.length, 0);
});
