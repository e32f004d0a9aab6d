/** The conversation with a receiver before the archive, and the forms of the archive. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { denoFiles } from "../../src/deno/files/files.ts";
import { ReceiveExit } from "../../src/step/protocol/exit_codes.ts";
import { type ReceiveOptions } from "../../src/step/scripts.ts";
import { archive } from "../../src/tree/archive/archive.ts";
import { loadIgnore } from "../../src/tree/ignore/ignore.ts";
import { ChecksumList } from "../../src/tree/archive/checksum_list.ts";
import { walk } from "../../src/tree/walk.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { file, MTIME_SECONDS, type TreeNode } from "../support/tree_text.ts";
import { receive as receiveAny, said } from "./receiver.ts";
import { type Gate, GNU, Stage, testInEveryShell } from "./stage.ts";
import { MANIFEST, manifestOf, PLAIN, tarball } from "./tarball.ts";

const TOOLS = [...GNU, "find", "stat", "gzip", "cat", "rmdir"];
const BUSYBOX = TOOLS.map((name) => `busybox:${name}`);
const FILES = { "README": "hello\n", "src/a b.go": "x".repeat(1000) };
const RECORD = "./.tkn-dev-upload/record";

const receive = (stage: Stage, options: Partial<ReceiveOptions> = {}) =>
  receiveAny(stage, { record: RECORD, ...options });

/** Packs files in memory as the client does, behind the line that announces them. */
async function packed(nodes: readonly TreeNode[]): Promise<{ bytes: Uint8Array; receipt: string }> {
  const manifest = new ChecksumList();
  const files = new MemoryFiles(nodes);
  const { stream } = archive(walk(files, "/tree", await loadIgnore(files, "/tree")), {
    files,
    root: "/tree",
    nowSeconds: MTIME_SECONDS,
    onFile: (file) => manifest.add(file),
    tail: () => [{ name: MANIFEST, text: manifest.close({ turn: "end" }).text }],
  });
  const own = await new Response(stream).bytes();
  const { files: count, bytes, digest } = manifest.close({ turn: "end" }).receipt;
  return {
    bytes: new Uint8Array([...PLAIN, ...own]),
    receipt: `receipt ${count} ${bytes} ${digest}\n`,
  };
}

/** Returns these lines, then the archive of FILES, or another one. */
async function say(lines: string[], more?: Uint8Array): Promise<Uint8Array> {
  return said(lines, more ?? (await tarball(FILES)).bytes);
}

async function heldStill(stage: Stage, gate: Gate) {
  assert.equal(await stage.read("tkn-dev/released"), "");
  gate satisfies Gate;
}

testInEveryShell(
  "an empty directory is listed with the programs of the image",
  async (shell) => {
    for (const programs of [TOOLS, BUSYBOX, TOOLS.filter((name) => name !== "gzip")]) {
      await using stage = await Stage.open(shell, { programs });
      await stage.hold();
      const { stdout } = await stage.exec(receive(stage), await say(["look .", "ask"]));
      const gzip = programs.some((name) => name.endsWith("gzip")) || shell.hasAllPrograms;
      const said = `${gzip ? "gzip\n" : ""}sleep\nsha256sum\nlisted\nready\nreceipt `;
      assert.equal(stdout.slice(0, said.length), said);
    }
  },
);

testInEveryShell(
  "entries below the given names are listed with mode, size and times",
  async (shell) => {
    for (const programs of [TOOLS, BUSYBOX]) {
      await using stage = await Stage.open(shell, { programs });
      const { workspace } = stage;
      await Deno.mkdir(`${workspace}/src/deep`, { recursive: true });
      await Deno.mkdir(`${workspace}/other`);
      await Deno.writeTextFile(`${workspace}/src/deep/a  b`, "12345");
      await Deno.writeTextFile(`${workspace}/src/new\nline`, "");
      await Deno.writeTextFile(`${workspace}/-n`, "1");
      await Deno.symlink("/", `${workspace}/src/up`);
      await Deno.chmod(`${workspace}/-n`, 0o755);
      for (const path of ["src/deep/a  b", "-n"]) {
        await Deno.utime(`${workspace}/${path}`, 1_600_000_000, 1_600_000_000);
      }
      await stage.hold();
      const ask = ["look ./src", "look ./-n", "look ./no such", "ask"];
      const { stdout, stderr } = await stage.exec(receive(stage), await say(ask));
      assert.equal(stderr, "");
      const lines = stdout.split("ready\n")[0].split("\n").filter((line) => /^\w+ \d/.test(line));
      assert.deepEqual(
        lines.map((line) =>
          line.replace(/ [\d.]+(?= \.\/)/, "") // the ctime, which no test can set
            .replace(/ \d+ \d+(?= \.\/src(\/deep|\/up)?$)/, "")
        ).sort(),
        [
          "41ed ./src",
          "41ed ./src/deep",
          "81a4 5 1600000000 ./src/deep/a  b",
          "81ed 1 1600000000 ./-n",
          "a1ff ./src/up",
        ],
      );
    }
  },
);

testInEveryShell(
  "an image without find or stat lists only links, at any depth",
  async (shell) => {
    for (const missing of ["find", "stat"]) {
      await using stage = await Stage.open(shell, {
        programs: TOOLS.filter((name) => name !== missing),
      });
      const { workspace } = stage;
      await Deno.mkdir(`${workspace}/a/.b/..c`, { recursive: true });
      await Deno.writeTextFile(`${workspace}/file`, "");
      for (const path of ["up", "a/.l", "a/.b/..c/it's"]) {
        await Deno.symlink("/", `${workspace}/${path}`);
      }
      await stage.hold();
      const { stdout } = await stage.exec(receive(stage), await say(["look ./a", "ask"]));
      const lines = stdout.split("ready\n")[0].split("\n").filter((line) =>
        line.startsWith("a1ff")
      );
      assert.deepEqual(lines.sort(), [
        "a1ff 0 0 0 ./a/.b/..c/it's",
        "a1ff 0 0 0 ./a/.l",
        "a1ff 0 0 0 ./up",
      ]);
      assert.match(stdout, /^links$/m);
    }
  },
  { ignore: (shell) => shell.hasAllPrograms ?? false },
);

testInEveryShell(
  "a record is read with its mtime, created, appended to, and replaced",
  async (shell) => {
    for (const programs of [TOOLS, BUSYBOX]) {
      await using stage = await Stage.open(shell, { programs });
      const place = `${stage.workspace}/.tkn-dev-upload`;
      const path = `${place}/record`;
      const upload = async (turn: string, text: string) => {
        const files = { ...FILES, [`${MANIFEST}.record`]: text };
        const manifest = () => manifestOf(files).replace("then end", turn);
        const { bytes } = await tarball(files, { manifest });
        return await stage.exec(receive(stage, { release: false }), await say(["recall"], bytes));
      };
      await stage.hold();
      assert.match((await upload("then end anew", "one\n")).stdout, /^ready\nreceipt /);
      await Deno.utime(path, 1_600_000_000, 1_600_000_000);
      const second = await upload("then end", "two\n");
      assert.match(second.stdout, /^recorded 1600000000(\.0{9})?\none\n\nready\nreceipt /);
      assert.equal(await Deno.readTextFile(path), "one\ntwo\n");
      await Deno.remove(path);
      await Deno.writeTextFile(`${stage.directory}/outside`, "safe");
      await Deno.symlink("../outside", path);
      await upload("then end anew", "three\n");
      assert.equal(await Deno.readTextFile(path), "three\n");
      assert.equal(await stage.read("outside"), "safe");
      assert.equal(await Deno.readTextFile(`${place}/.gitignore`), "*\n");
      await Deno.remove(place, { recursive: true });
      await Deno.mkdir(`${stage.directory}/elsewhere`);
      await Deno.symlink("../elsewhere", place);
      await upload("then end anew", "four\n");
      assert.equal(await Deno.readTextFile(path), "four\n");
      assert.deepEqual(await denoFiles.list(`${stage.directory}/elsewhere`), []);
      await assert.rejects(stage.read(`work space/${MANIFEST}.record`), Deno.errors.NotFound);
    }
  },
);

testInEveryShell("what arrived of a cut archive is in the record", async (shell) => {
  for (const programs of [[...TOOLS, "mv"], [...BUSYBOX, "busybox:mv"]]) {
    await using stage = await Stage.open(shell, { programs });
    await stage.hold();
    const { bytes } = await tarball({ "a/first": "1", "a/second": "2".repeat(50_000) });
    const half = bytes.subarray(0, 20_000);
    const { code } = await stage.exec(receive(stage), await say(["forget"], half));
    assert.notEqual(code, 0);
    assert.equal((await stage.read("work space/a/first")).length, 1);
    const lines = (await stage.read("work space/.tkn-dev-upload/record")).trim().split("\n");
    assert.deepEqual([lines[0], ...lines.slice(1).sort()], [
      "tkn-dev record 1",
      "part - - ./a/first",
      "part - - ./a/second",
    ]);
  }
});

testInEveryShell(
  "without a record, what arrived of a cut archive leaves no other file",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: [...TOOLS, "mv"] });
    await stage.hold();
    const { bytes } = await tarball({ first: "1", second: "2".repeat(50_000) });
    const cut = await say(["ask"], bytes.subarray(0, 20_000));
    assert.notEqual((await stage.exec(receiveAny(stage), cut)).code, 0);
    const names = (await denoFiles.list(stage.workspace)).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["first", "second"]);
  },
);

testInEveryShell("a record with an incomplete last line is read to its end", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  await Deno.mkdir(`${stage.workspace}/.tkn-dev-upload`);
  await Deno.writeTextFile(`${stage.workspace}/.tkn-dev-upload/record`, "one\nha");
  await stage.hold();
  const { stdout } = await stage.exec(receive(stage), await say(["recall"]));
  assert.match(stdout, /^recorded [\d.]+\none\nha\n+ready\n/);
});

testInEveryShell(
  "paths are removed, but links are not followed, and directories that are not empty stay",
  async (shell) => {
    for (const programs of [TOOLS, BUSYBOX]) {
      await using stage = await Stage.open(shell, { programs });
      const { workspace } = stage;
      await Deno.mkdir(`${stage.directory}/outside`);
      await Deno.writeTextFile(`${stage.directory}/outside/a b.go`, "theirs");
      await Deno.symlink("../outside", `${workspace}/src`);
      for (const path of ["empty", "full", "tree/deep"]) {
        await Deno.mkdir(`${workspace}/${path}`, { recursive: true });
      }
      await Deno.writeTextFile(`${workspace}/full/made`, "");
      await Deno.writeTextFile(`${workspace}/tree/deep/it's`, "");
      await Deno.writeTextFile(`${workspace}/-rf *`, "");
      const gate = await stage.hold();
      const { code, stderr } = await stage.exec(
        receive(stage),
        await say([
          "remove ./src",
          "remove ./-rf *",
          "remove ./tree",
          "rmdir ./full",
          "rmdir ./empty",
        ]),
      );
      assert.deepEqual([code, stderr], [0, ""]);
      assert.equal((await gate.ended()).code, 0);
      const left = await Array.fromAsync(Deno.readDir(workspace), ({ name }) => name);
      assert.deepEqual(left.sort(), ["README", "full", "src"]);
      assert.equal(await stage.read("outside/a b.go"), "theirs");
      assert.equal((await stage.read("work space/src/a b.go")).length, 1000);
    }
  },
);

testInEveryShell(
  "every tar unpacks a compressed stream, and one that is cut is refused",
  async (shell) => {
    const { bytes } = await tarball(FILES);
    const packed = gzipSync(bytes.subarray(PLAIN.length));
    for (const program of ["tar", "bsdtar", "busybox"]) {
      await using stage = await Stage.open(shell, { programs: [...TOOLS, "bsdtar", "busybox"] });
      const gate = await stage.hold();
      for (const cut of [0, 1, 20, packed.length / 2, packed.length - 200]) {
        const { code } = await stage.exec(
          receive(stage, { program: [program] }),
          await say(["gzip"], packed.subarray(0, Math.floor(cut))),
        );
        assert.ok([13, 14, 15].includes(code), `${program} cut at ${cut}: ${code}`);
        await heldStill(stage, gate);
      }
      const { code } = await stage.exec(
        receive(stage, { program: [program] }),
        await say(["gzip"], packed),
      );
      assert.equal(code, 0);
      assert.equal((await gate.ended()).code, 0);
      assert.equal(await stage.read("work space/README"), "hello\n");
    }
  },
);

testInEveryShell("a part is verified, and the step stays held for the next one", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  const gate = await stage.hold();
  const part = await tarball(FILES, { manifest: (text) => text.replace("then end", "then part") });
  const first = await stage.exec(receive(stage), await say(["ask"], part.bytes));
  assert.deepEqual([first.code, first.stdout.split("ready\n")[1]], [0, part.receipt]);
  await heldStill(stage, gate);
  const last = await stage.exec(receive(stage), await say([]));
  assert.equal(last.code, 0);
  assert.equal((await gate.ended()).code, 0);
});

testInEveryShell("a conversation that is cut changes nothing", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  await Deno.writeTextFile(`${stage.workspace}/README`, "before");
  const gate = await stage.hold();
  for (const text of ["", "look ./README", "ask\n", "ask\nremove ./READ", "nonsense\n", "plai"]) {
    const { code, stdout } = await stage.exec(receive(stage), new TextEncoder().encode(text));
    assert.equal(code, ReceiveExit.streamCut, text);
    assert.match(stdout, /^over$/m);
  }
  assert.equal(await stage.read("work space/README"), "before");
  await heldStill(stage, gate);
});

testInEveryShell("without sha256sum sizes are compared", async (shell) => {
  await using stage = await Stage.open(shell, {
    programs: [...TOOLS.filter((name) => name !== "sha256sum"), "wc"],
  });
  const gate = await stage.hold();
  const bySize = (difference: number) => (text: string) =>
    text.replace(/[0-9a-f]{64}(?= {2}\.\/README)/, `${6 + difference}`)
      .replace(/[0-9a-f]{64}(?= {2}\.\/src)/, "1000");
  const bad = await tarball(FILES, { manifest: bySize(1) });
  const refused = await stage.exec(receive(stage), await say(["ask"], bad.bytes));
  assert.equal(refused.code, ReceiveExit.treeDiffers);
  assert.equal(refused.stderr, "./README: not as it was sent\n");
  assert.match(refused.stdout, /^gzip\nsleep\nlisted\nready\n/);
  await heldStill(stage, gate);
  const good = await tarball(FILES, { manifest: bySize(0) });
  const { code, stdout } = await stage.exec(receive(stage), good.bytes);
  assert.deepEqual([code, stdout], [0, good.receipt.replace(/\S+\n$/, "-\n")]);
  assert.equal((await gate.ended()).code, 0);
}, { ignore: (shell) => shell.hasAllPrograms ?? false });

testInEveryShell(
  "names that are not UTF-8 are listed, removed, unpacked and verified like others",
  async (shell) => {
    const { bytes, receipt } = await packed([
      file("d\udcff/caf\udce9", "hello"),
      file("top\udcfe", "new"),
      file("é", "x"),
    ]);
    for (const programs of [TOOLS, BUSYBOX]) {
      await using stage = await Stage.open(shell, { programs });
      const { workspace } = stage;
      const asked = ["look ./d\udcff", "look ./top\udcfe", "ask"];
      const before = await packed([file("top\udcfe", "old"), file("top\udcfe2", "old")]);
      let gate = await stage.hold();
      const first = await stage.exec(receive(stage), before.bytes);
      if (shell.name === "yash") { // has characters only, and can't print other bytes
        assert.deepEqual([first.code, first.stdout], [ReceiveExit.treeDiffers, "over\n"]);
        return await heldStill(stage, gate);
      }
      assert.equal(first.stdout, before.receipt);
      await gate.ended();
      gate = await stage.hold();
      const told = await stage.exec(
        receive(stage),
        await say([...asked, "remove ./top\udcfe2"], bytes),
      );
      assert.equal(told.stderr, "");
      assert.match(told.stdout, /^81a4 3 1700000000 [\d.]+ \.\/top\ufffd$/m);
      assert(told.stdout.endsWith(`ready\n${receipt}`), told.stdout);
      assert.equal((await gate.ended()).code, 0);
      assert.equal(await denoFiles.readText(`${workspace}/d\udcff/caf\udce9`), "hello");
      assert.equal(await denoFiles.readText(`${workspace}/top\udcfe`), "new");
      assert.equal(await denoFiles.readText(`${workspace}/top\udcfe2`), undefined);
    }
  },
);
