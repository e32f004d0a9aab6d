/** Attacks on the target directory: no receiver touches a file outside of it. */
import assert from "node:assert/strict";
import { ReceiveExit } from "../../src/step/protocol/exit_codes.ts";
import { receive, said, UPLOAD } from "./receiver.ts";
import { GNU, isRoot, type Shell, Stage, testInEveryShell, until } from "./stage.ts";
import { MANIFEST, manifestOf, PLAIN, tarball } from "./tarball.ts";

const TOOLS = [...GNU, "find", "stat", "gzip", "cat", "rmdir", "mv", "touch"];
const FILES = { "README": "hello\n", "src/a.go": "x".repeat(1000) };
const OTHER = "a0x9k3j2h1";

async function stageWithPrecious(shell: Shell, programs: readonly string[] = TOOLS) {
  const stage = await Stage.open(shell, { programs });
  await Deno.mkdir(`${stage.directory}/other/deep`, { recursive: true });
  await Deno.writeTextFile(`${stage.directory}/other/precious`, "safe");
  await Deno.writeTextFile(`${stage.directory}/other/deep/precious`, "safe");
  return stage;
}

async function assertPreciousAlone({ directory }: Stage) {
  assert.deepEqual(await namesIn(`${directory}/other`), ["deep", "precious"]);
  assert.deepEqual(await namesIn(`${directory}/other/deep`), ["precious"]);
}

async function namesIn(path: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
}

/** A stream whose chunks the test writes. */
function feed() {
  const { readable, writable } = new TransformStream<Uint8Array>();
  return { readable, writer: writable.getWriter() };
}

testInEveryShell(
  "a path that leads out of the directory is refused by every request",
  async (shell) => {
    await using stage = await stageWithPrecious(shell);
    await stage.hold();
    const { bytes } = await tarball(FILES);
    const paths = ["./../other/precious", "./..", "/etc", "./a/../../other", "./src//x", "x"];
    const words = ["rmdir", "look", "dir 755 1", "follow 5"];
    const lines = [
      ...paths.map((path) => `remove ${path}`),
      ...words.map((word) => `${word} ./../other/precious`),
    ];
    for (const line of lines) {
      const { code, stderr } = await stage.exec(receive(stage), said([line], bytes));
      const refused = [ReceiveExit.directoryRefused, ReceiveExit.streamCut] as number[];
      assert.ok(refused.includes(code), `${line}: ${code} ${stderr}`);
    }
    await assertPreciousAlone(stage);
  },
);

testInEveryShell("a path behind a link is not removed", async (shell) => {
  await using stage = await stageWithPrecious(shell);
  await Deno.symlink("../other", `${stage.workspace}/src`);
  await Deno.mkdir(`${stage.workspace}/a`);
  await Deno.symlink("../../other", `${stage.workspace}/a/b`);
  await stage.hold();
  for (const path of ["./src/precious", "./a/b/deep/precious", "./src/deep"]) {
    const { bytes } = await tarball(FILES);
    const { code } = await stage.exec(receive(stage), said([`remove ${path}`], bytes));
    assert.equal(code, ReceiveExit.displaced, path);
    await stage.exec(receive(stage), said([`rmdir ${path}`], bytes));
  }
  await assertPreciousAlone(stage);
});

testInEveryShell(
  "a directory that is swapped for a link while the archive arrives gets no file",
  async (shell) => {
    for (const exists of [true, false]) {
      await using stage = await stageWithPrecious(shell);
      const { workspace } = stage;
      if (exists) await Deno.mkdir(`${workspace}/src`);
      const gate = await stage.hold();
      const { bytes } = await tarball({ ...FILES, "src/deep/b.go": "y".repeat(100_000) });
      const { readable, writer } = feed();
      const receiving = stage.exec(receive(stage), readable);
      await writer.write(bytes.slice(0, 50_000));
      await until("the first file", async () => {
        const names = await Array.fromAsync(Deno.readDir(workspace), ({ name }) => name);
        return names.some((name) => name.endsWith(".new"));
      });
      await Deno.remove(`${workspace}/src`, { recursive: true }).catch(() => {});
      await Deno.symlink("../other", `${workspace}/src`);
      await writer.write(bytes.slice(50_000));
      await writer.close();
      const { code } = await receiving;
      await assertPreciousAlone(stage);
      assert.equal(code, ReceiveExit.displaced);
      assert.equal(await stage.read("tkn-dev/released"), "");
      gate satisfies unknown;
    }
  },
);

testInEveryShell(
  "a later attempt ends an earlier one, whose late bytes are not written",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: TOOLS });
    const gate = await stage.hold();
    const old = await tarball({ ...FILES, "z": "old".repeat(100_000) });
    const { readable, writer } = feed();
    const earlier = stage.exec(receive(stage, { manifest: ".tkn-dev-one" }), readable);
    await writer.write(old.bytes.slice(0, 50_000));
    await until("the first file", async () => {
      const path = `${stage.workspace}/.tkn-dev-one.new/src`;
      return await Deno.stat(path).then(() => true, () => false);
    });
    const files = { ...FILES, "z": "new" };
    const { bytes, receipt } = await tarball(files);
    const later = feed();
    const receiving = stage.exec(receive(stage, { attempt: 2 }), later.readable);
    await until("the earlier one's end", async () => {
      const { length } = (await stage.processes()).filter((line) =>
        line.includes(" 1 .tkn-dev-one ")
      );
      return length === 0;
    });
    const late = writer.write(old.bytes.slice(50_000)).then(() => writer.close()).catch(() => {});
    assert.equal((await earlier).code, 137);
    await late;
    await later.writer.write(new TextEncoder().encode("ask\n"));
    await later.writer.write(bytes);
    await later.writer.close();
    const { code, stdout, stderr } = await receiving;
    assert.deepEqual([code, stdout.split("ready\n")[1]], [0, receipt], stderr);
    assert.equal((await gate.ended()).code, 0);
    for (const [path, text] of Object.entries(files)) {
      assert.equal(await stage.read(`work space/${path}`), text);
    }
    const left = await Array.fromAsync(Deno.readDir(stage.workspace), ({ name }) => name);
    assert.deepEqual(left.sort(), ["README", "src", "z"]);
  },
);

testInEveryShell(
  "an attempt that starts after the next one does nothing",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: TOOLS });
    await stage.hold();
    const part = await tarball(FILES, {
      manifest: (text) => text.replace("then end", "then part"),
    });
    assert.equal((await stage.exec(receive(stage, { attempt: 2 }), part.bytes)).code, 0);
    await Deno.writeTextFile(`${stage.workspace}/README`, "newer");
    const { code } = await stage.exec(receive(stage, { attempt: 1 }), part.bytes);
    assert.equal(code, ReceiveExit.superseded);
    assert.equal(await stage.read("work space/README"), "newer");
    assert.equal((await stage.exec(receive(stage, { upload: OTHER }), part.bytes)).code, 0);
  },
);

const RECORD = "./.tkn-dev-upload/record";

testInEveryShell(
  "one upload at a time has the lock of a directory, is named to others, and gives it back",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: TOOLS });
    await stage.hold();
    const { readable, writer } = feed();
    const say = (text: string) => writer.write(new TextEncoder().encode(text));
    const one = stage.exec(receive(stage, { record: RECORD, release: false }), readable);
    await say("lock TaskRun/one\n");
    await until("the lock", async () => {
      const path = `${stage.workspace}/.tkn-dev-upload/lock/owner`;
      return (await Deno.readTextFile(path).catch(() => "")).startsWith(UPLOAD);
    });
    const { bytes } = await tarball(FILES);
    const ask = async (lines: string[]) => {
      const options = { record: RECORD, upload: OTHER, manifest: ".tkn-dev-other" };
      return (await stage.exec(receive(stage, options), said(lines, new Uint8Array()))).stdout;
    };
    assert.match(
      await ask(["lock TaskRun/two"]),
      /^locked k3j2h1a0x9 writing \d+ TaskRun\/one\nready\n/,
    );
    await writer.write(bytes);
    await writer.close();
    assert.equal((await one).code, 0);
    assert.match(
      await ask(["lock TaskRun/two"]),
      /^locked k3j2h1a0x9 done \d+ TaskRun\/one\nready\n/,
    );
    assert.match(await ask(["break k3j2h1a0x9", "lock TaskRun/two"]), /^ready\n/);
    const third = await stage.exec(
      receive(stage, { record: RECORD }),
      said(["lock TaskRun/3"], PLAIN),
    );
    assert.match(third.stdout, /^locked a0x9k3j2h1 cut \d+ TaskRun\/two\n/);
  },
);

testInEveryShell(
  "an upload that is complete leaves its lock to the next one of the same run",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: TOOLS });
    await stage.hold();
    const keep = { record: RECORD, release: false };
    const { bytes } = await tarball(FILES);
    for (const upload of [UPLOAD, OTHER]) {
      const one = await stage.exec(
        receive(stage, { ...keep, upload }),
        said(["lock TaskRun/one"], bytes),
      );
      assert.deepEqual([one.code, one.stdout.split("\n")[0]], [0, "ready"], one.stderr);
      const owner = await Deno.readTextFile(`${stage.workspace}/.tkn-dev-upload/lock/owner`);
      assert.equal(owner, `${upload} done 1 TaskRun/one\n`);
    }
  },
);

testInEveryShell(
  "a part that has arrived leaves the lock to the rest of its upload",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: TOOLS });
    await stage.hold();
    const part = await tarball(FILES, {
      manifest: (text) => text.replace("then end", "then part"),
    });
    const { code } = await stage.exec(
      receive(stage, { record: RECORD }),
      said(["lock TaskRun/one"], part.bytes),
    );
    assert.equal(code, 0);
    const other = receive(stage, { record: RECORD, upload: OTHER, manifest: ".tkn-dev-other" });
    const { stdout } = await stage.exec(other, said(["lock TaskRun/two"], new Uint8Array()));
    assert.match(stdout, /^locked k3j2h1a0x9 writing \d+ TaskRun\/one\nready\n/);
  },
);

// Only root can run processes as two users.
testInEveryShell(
  "what a killed upload leaves is beside the record, out of the way",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: TOOLS });
    await stage.hold();
    const { bytes } = await tarball({ ...FILES, z: "old".repeat(100_000) });
    const killed = stage.run(receive(stage, { record: RECORD, manifest: ".tkn-dev-one" }));
    const stdin = killed.stdin.getWriter();
    await stdin.write(new TextEncoder().encode("lock TaskRun/x\n"));
    await stdin.write(bytes.slice(0, 50_000));
    const left = `${stage.workspace}/.tkn-dev-upload/.tkn-dev-one.new`;
    await until("the first file", () => Deno.stat(`${left}/src`).then(() => true, () => false));
    Deno.kill(-killed.pid, "SIGKILL"); // as with its pod, of which the next one knows nothing
    await stdin.close().catch(() => {});
    await Deno.remove(`${stage.directory}/tkn-dev/receiver-${killed.pid}`);
    assert.deepEqual(await namesIn(stage.workspace), [".tkn-dev-upload"]);

    const next = await tarball(FILES);
    const { code, stderr } = await stage.exec(
      receive(stage, { record: RECORD, upload: OTHER, release: false }),
      said([`break ${UPLOAD}`, "lock TaskRun/y"], next.bytes),
      { user: "nobody" },
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(await namesIn(stage.workspace), [".tkn-dev-upload", "README", "src"]);
    // It stays: other users may not write where an archive is unpacked.
    assert.equal((await Deno.stat(left)).isDirectory, true);
    const lines = [`break ${OTHER}`, "lock TaskRun/z"];
    const third = await stage.exec(receive(stage, { record: RECORD }), said(lines, next.bytes));
    assert.equal(third.code, 0, third.stderr);
    assert.deepEqual(await namesIn(`${stage.workspace}/.tkn-dev-upload`), [".gitignore", "lock"]);
  },
  { ignore: () => !isRoot },
);

// Only root can run processes as two users.
testInEveryShell("a lock and a record of another user are taken over", async (shell) => {
  const { bytes } = await tarball(FILES);
  for (const users of [[undefined, "nobody"], ["nobody", undefined]] as const) {
    await using stage = await Stage.open(shell, { programs: TOOLS });
    await stage.hold();
    const keep = { record: RECORD, release: false };
    const [first, second] = users.map((user) => ({ user }));
    const lines = ["lock TaskRun/one", "forget"];
    assert.equal((await stage.exec(receive(stage, keep), said(lines, bytes), first)).code, 0);
    const { stdout } = await stage.exec(
      receive(stage, { ...keep, upload: OTHER }),
      said([`break ${UPLOAD}`, "lock TaskRun/two", "forget", "doubt ./a"], PLAIN),
      second,
    );
    assert.match(stdout, /^ready\n/);
    const own = `${stage.workspace}/.tkn-dev-upload`;
    assert.match(await Deno.readTextFile(`${own}/lock/owner`), /^a0x9k3j2h1 cut 1 TaskRun\/two$/m);
    assert.equal(await Deno.readTextFile(`${own}/record`), "tkn-dev record 1\npart - - ./a\n");
    assert.deepEqual(await namesIn(own), [".gitignore", "lock", "record"]);
  }
}, { ignore: () => !isRoot });

testInEveryShell("a lock that can't be broken ends the upload", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  await stage.hold();
  const own = `${stage.workspace}/.tkn-dev-upload`;
  await Deno.mkdir(`${own}/lock`, { recursive: true });
  await Deno.writeTextFile(`${own}/lock/owner`, `${UPLOAD} done 1 TaskRun/one\n`);
  const { code, stderr } = await stage.exec(
    receive(stage, { record: RECORD, upload: OTHER }),
    said([`break ${UPLOAD}`, "lock TaskRun/two"], PLAIN),
    { user: "nobody" },
  );
  assert.deepEqual([code, stderr], [11, "./.tkn-dev-upload: not writable\n"]);
}, { ignore: () => !isRoot });

testInEveryShell(
  "a lock that is a link, or names a path, is broken in its place",
  async (shell) => {
    await using stage = await stageWithPrecious(shell);
    await Deno.mkdir(`${stage.workspace}/.tkn-dev-upload`);
    await Deno.symlink("../../other", `${stage.workspace}/.tkn-dev-upload/lock`);
    await stage.hold();
    const lines = ["lock TaskRun/x", "break -", "lock TaskRun/x"];
    const { stdout } = await stage.exec(receive(stage, { record: RECORD }), said(lines, PLAIN));
    assert.match(stdout, /^locked - - 0 \nready\nready\n/);
    await assertPreciousAlone(stage);
  },
);

testInEveryShell("a record that is too large is not read", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  await Deno.mkdir(`${stage.workspace}/.tkn-dev-upload`);
  await Deno.writeTextFile(`${stage.workspace}/.tkn-dev-upload/record`, "tkn-dev record 1\n");
  await Deno.truncate(`${stage.workspace}/.tkn-dev-upload/record`, 2 ** 31);
  await stage.hold();
  const { stdout } = await stage.exec(receive(stage, { record: RECORD }), said(["recall"], PLAIN));
  assert.match(stdout, /^ready\n/);
});

testInEveryShell("a path is in doubt before its file changes", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  const path = `${stage.workspace}/.tkn-dev-upload/record`;
  const { bytes } = await tarball(FILES);
  await Deno.mkdir(`${stage.workspace}/.tkn-dev-upload`);
  await stage.hold();
  const cut = async (lines: string[]) => {
    await Deno.writeTextFile(path, "tkn-dev record 1\n");
    await stage.exec(receive(stage, { record: RECORD }), said(lines, bytes.subarray(0, 1500)));
    return await Deno.readTextFile(path);
  };
  const head = "tkn-dev record 1\n";
  assert.ok((await cut(["doubt ./src/a.go"])).startsWith(`${head}part - - ./src/a.go\n`));
  assert.ok((await cut(["doubt ."])).startsWith(`${head}part - - .\n`));
  assert.match(await cut(["forget"]), /^tkn-dev record 1\n(part - - .*\n)*$/);
});

testInEveryShell(
  "an existing directory gets the mode and mtime that were sent",
  async (shell) => {
    for (const programs of [TOOLS, TOOLS.map((name) => `busybox:${name}`)]) {
      await using stage = await Stage.open(shell, { programs });
      await Deno.mkdir(`${stage.workspace}/src`);
      await Deno.writeTextFile(`${stage.workspace}/src/made`, "stays");
      await Deno.chmod(`${stage.workspace}/src`, 0o700);
      await stage.hold();
      const files = { "src/a.go": "new" };
      const archive = await withDirectory(files);
      const { code } = await stage.exec(
        receive(stage),
        said(["dir 751 1600000000 ./src"], archive),
      );
      assert.equal(code, 0);
      const { mode, mtime } = await Deno.stat(`${stage.workspace}/src`);
      assert.deepEqual([mode! & 0o777, mtime!.getTime()], [0o751, 1_600_000_000_000]);
      assert.equal(await stage.read("work space/src/made"), "stays");
      assert.equal(await stage.read("work space/src/a.go"), "new");
    }
  },
);

/** An archive by GNU tar, with a member for the directory src of the year 2020. */
async function withDirectory(files: Record<string, string>): Promise<Uint8Array> {
  const directory = await Deno.makeTempDir({ prefix: "tarball-" });
  try {
    await Deno.mkdir(`${directory}/src`);
    for (const [path, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${directory}/${path}`, text);
    }
    await Deno.writeTextFile(`${directory}/${MANIFEST}`, manifestOf(files));
    await Deno.utime(`${directory}/src`, 1_600_000_000, 1_600_000_000);
    const args = ["-C", directory, "-cf", "-", "src", MANIFEST];
    const { stdout } = await new Deno.Command("/usr/bin/tar", { args }).output();
    return new Uint8Array([...PLAIN, ...stdout]);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

testInEveryShell(
  "a receiver that a later attempt can't end moves no file to its place",
  async (shell) => {
    for (const owner of [`${UPLOAD} writing 2 TaskRun/x`, `${OTHER} writing 1 TaskRun/y`]) {
      await using stage = await Stage.open(shell, { programs: TOOLS });
      await stage.hold();
      const { bytes } = await tarball({ ...FILES, z: "old".repeat(100_000) });
      const { readable, writer } = feed();
      const receiving = stage.exec(receive(stage, { record: RECORD }), readable);
      await writer.write(new TextEncoder().encode("lock TaskRun/x\n"));
      await writer.write(bytes.slice(0, 50_000));
      await until("the first file", async () => {
        const path = `${stage.workspace}/.tkn-dev-upload/${MANIFEST}.new/src`;
        return await Deno.stat(path).then(() => true, () => false);
      });
      // As the receiver of another pod with the same claim does.
      await Deno.writeTextFile(`${stage.workspace}/.tkn-dev-upload/lock/owner`, `${owner}\n`);
      await writer.close();
      assert.notEqual((await receiving).code, 0);
      const left = await Array.fromAsync(Deno.readDir(stage.workspace), ({ name }) => name);
      assert.deepEqual(left, [".tkn-dev-upload"]);
      assert.equal(await stage.read("work space/.tkn-dev-upload/lock/owner"), `${owner}\n`);
    }
  },
);

testInEveryShell(
  "an upload that is refused at once prints the reason, and nothing else",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: TOOLS });
    await Deno.symlink("/nowhere", `${stage.workspace}/link`);
    await stage.hold();
    const { code, stderr } = await stage.exec(receive(stage, { directory: "link/sub" }), PLAIN);
    assert.equal(code, ReceiveExit.directoryRefused);
    assert.equal(stderr, "link/sub: link is a symbolic link to no directory\n");
  },
);
