import assert from "node:assert/strict";
import { ReceiveExit } from "../../src/step/protocol/exit_codes.ts";
import { type ReceiveOptions, releaseCommand, stillHeldCommand } from "../../src/step/scripts.ts";
import { receive, said } from "./receiver.ts";
import { type Gate, GNU, isRoot, Stage, testInEveryShell, until } from "./stage.ts";
import { MANIFEST, PLAIN, tarball } from "./tarball.ts";

const FILES = {
  "README": "hello\n",
  "src/a b.go": "x".repeat(1000),
  "src/it's; $(odd) -n": "\n",
  "über/größe": "ü",
  "run.sh": "#!/bin/sh\n",
};
const TARS = [["tar"], ["bsdtar"], ["busybox"]];

/** The line that says that the receiver wants no more input. */
const OVER = "over\n";

const without = (...names: string[]) => GNU.filter((name) => !names.includes(name));

async function assertArrived(stage: Stage, files: Record<string, string>, directory = ".") {
  for (const [path, content] of Object.entries(files)) {
    assert.equal(await stage.read(`work space/${directory}/${path}`), content);
  }
  await assertNoManifest(stage, directory);
}

async function assertNoManifest(stage: Stage, directory = ".") {
  await assert.rejects(stage.read(`work space/${directory}/${MANIFEST}`), Deno.errors.NotFound);
}

/** Asserts that the gate still holds: it obeys a word. */
async function assertStillHeld(stage: Stage, gate: Gate) {
  assert.equal((await stage.exec(releaseCommand("fail"))).code, 0);
  assert.deepEqual(await gate.ended(), { code: 1, lines: [], stderr: "" });
}

testInEveryShell("a whole upload is verified, answered and released", async (shell) => {
  const { bytes, receipt } = await tarball(FILES);
  for (const program of [...TARS, ["/usr/bin/busybox"], ["tar", "-xf", "-"]]) {
    await using stage = await Stage.open(shell, { programs: [...GNU, "bsdtar", "busybox"] });
    const gate = await stage.hold();
    const results = { commit: "0a1b", "a name": 'it\'s $HOME\n"%s"', empty: "" };
    const answer = await stage.exec(receive(stage, { program, results }), bytes);
    assert.deepEqual(answer, { code: 0, stdout: receipt, stderr: "" });
    assert.deepEqual(await gate.ended(), { code: 0, lines: [], stderr: "" });
    await assertArrived(stage, FILES);
    for (const [name, value] of Object.entries(results)) {
      assert.equal(await stage.read(`results/${name}`), value);
    }
  }
});

testInEveryShell(
  "a result of the step itself is written to the step's directory",
  async (shell) => {
    const { bytes } = await tarball(FILES);
    await using stage = await Stage.open(shell, { step: "get-it" });
    const results = `${stage.directory}/steps/step-get-it/results`;
    await Deno.mkdir(results, { recursive: true });
    await Deno.chmod(results, 0o777);
    const gate = await stage.hold();
    const given = { commit: "0a1b", "step:commit": "0a1b\n", "step:other": "" };
    assert.equal((await stage.exec(receive(stage, { results: given }), bytes)).code, 0);
    assert.equal((await gate.ended()).code, 0);
    assert.equal(await stage.read("results/commit"), "0a1b");
    assert.equal(await stage.read("steps/step-get-it/results/commit"), "0a1b\n");
    assert.equal(await stage.read("steps/step-get-it/results/other"), "");
  },
);

testInEveryShell(
  "no process of a receiver outlives it, because the exec ends with its last process",
  async (shell) => {
    const { bytes } = await tarball(FILES);
    await using stage = await Stage.open(shell, { programs: without("sleep") });
    // A process that sleeps for a second outlives this test.
    const sleep = `${stage.directory}/bin/sleep`;
    await Deno.writeTextFile(sleep, "#!/bin/sh\nexec /usr/bin/sleep 600\n", { mode: 0o755 });
    const gate = await stage.hold();
    const child = stage.run(receive(stage, { release: false }));
    await ReadableStream.from([bytes]).pipeTo(child.stdin);
    assert.equal((await child.status).code, 0);
    const isGate = (process: string) => process.includes("/scripts/script-0");
    await until("its processes' end", async () => (await stage.processes()).every(isGate));
    await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
    await assertStillHeld(stage, gate);
  },
);

testInEveryShell("busybox alone is enough", async (shell) => {
  const { bytes, receipt } = await tarball(FILES);
  const applets = GNU.map((name) => `busybox:${name}`);
  await using stage = await Stage.open(shell, { programs: applets });
  const gate = await stage.hold();
  const answer = await stage.exec(receive(stage), bytes);
  assert.deepEqual(answer, { code: 0, stdout: receipt, stderr: "" });
  assert.equal((await gate.ended()).code, 0);
  await assertArrived(stage, FILES);
});

testInEveryShell(
  "without sha256sum and rm the receiver checks that the files exist",
  async (shell) => {
    const { bytes, receipt } = await tarball(FILES);
    await using stage = await Stage.open(shell, { programs: without("sha256sum", "rm") });
    const gate = await stage.hold();
    const bad = await tarball(FILES, { manifest: (text) => text.replace("README", "MISSING") });
    assert.deepEqual(await stage.exec(receive(stage), bad.bytes), {
      code: ReceiveExit.treeDiffers,
      stdout: OVER,
      stderr: "./MISSING: not as it was sent\n",
    });
    const answer = await stage.exec(receive(stage), bytes);
    const unverified = receipt.replace(/\S+\n$/, "-\n");
    assert.deepEqual(answer, { code: 0, stdout: unverified, stderr: "" });
    assert.equal((await gate.ended()).code, 0);
    assert.equal(
      await stage.read(`work space/${MANIFEST}`),
      "",
      "emptied, for it can't be removed",
    );
  },
  { ignore: (shell) => shell.hasAllPrograms ?? false },
);

testInEveryShell("a stream cut anywhere leaves the gate held", async (shell) => {
  const { bytes, manifestOffset, manifest, receipt } = await tarball(FILES);
  const content = manifestOffset + 512;
  const endOfManifest = content + manifest.length;
  const cuts = new Set([0, 1, 511, 512, 513, 518, 1023, 1024, 1025, manifestOffset - 512]);
  for (const offset of [0, 1, 300, 512, 520, 540]) cuts.add(manifestOffset + offset);
  for (const offset of [1, 2, 70]) cuts.add(endOfManifest - offset);
  await using stage = await Stage.open(shell, { programs: [...GNU, "bsdtar", "busybox"] });
  const gate = await stage.hold();
  for (const program of TARS) {
    for (const cut of cuts) {
      const { code, stdout } = await stage.exec(
        receive(stage, { program }),
        bytes.subarray(0, cut),
      );
      assert.ok([13, 14, 15].includes(code), `${program} cut at ${cut}: ${code}`);
      assert.match(stdout, code === 13 ? /^program-exit \d+\nover\n$/ : /^over\n$/);
      await assertNoManifest(stage);
      assert.equal(await stage.read("tkn-dev/released"), "");
    }
  }
  const answer = await stage.exec(receive(stage), bytes);
  assert.deepEqual([answer.code, answer.stdout], [0, receipt]);
  assert.deepEqual(await gate.ended(), { code: 0, lines: [], stderr: "" });
  await assertArrived(stage, FILES);
});

testInEveryShell("files that differ from the manifest are refused", async (shell) => {
  const cases: [string, (text: string) => string, RegExp][] = [
    [
      "a digest",
      (text) => text.replace(/^[0-9a-f]{64}(?=.*odd)/m, "0".repeat(64)),
      /odd\) -n: not/,
    ],
    ["a name", (text) => text.replace("./README", "./README2"), /^\.\/README2: not as it was sent/],
    ["a line less", (text) => text.replace(/.*README\n/, ""), /: 4 files checked of 5/],
    ["a line it can't read", (text) => text.replace(/.*README/, "what"), /improperly|NOT match/],
    ["such a line more", (text) => `${text}what\n`, /improperly|NOT match/],
    ["a line more", (text) => text + text.split("\n").at(-2) + "\n", /: 6 files checked of 5/],
    ["a header less", (text) => text.replace(/^bytes.*\n/m, ""), /: not a manifest/],
    ["no number", (text) => text.replace(/^files .*/m, "files 0x1"), /: not a manifest/],
    ["another version", (text) => text.replace("manifest 2", "manifest 1"), /: not a manifest/],
    ["nothing", () => "", /: not a manifest/],
  ];
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  for (const [what, manifest, reason] of cases) {
    const { bytes } = await tarball(FILES, { manifest });
    const { code, stdout, stderr } = await stage.exec(receive(stage), bytes);
    assert.deepEqual([code, stdout], [ReceiveExit.treeDiffers, OVER], what);
    assert.match(stderr, reason, `${what}: ${stderr}`);
    await assertNoManifest(stage);
  }
  await assertStillHeld(stage, gate);
});

testInEveryShell(
  "an upload that does not release the step is verified, and the step stays held",
  async (shell) => {
    const { bytes, receipt } = await tarball(FILES);
    await using stage = await Stage.open(shell);
    const gate = await stage.hold(4);
    const answer = await stage.exec(
      receive(stage, { release: false, results: { commit: "abc" } }),
      bytes,
    );
    assert.deepEqual(answer, { code: 0, stdout: receipt, stderr: "" });
    await assertArrived(stage, FILES);
    assert.equal(await stage.read("results/commit"), "abc");
    assert.equal((await stage.exec(stillHeldCommand())).code, 0);
    const lines = ["tkn-dev: nobody came within 4 s, giving up"];
    assert.deepEqual(await gate.ended(), { code: 1, lines, stderr: "" });
  },
);

testInEveryShell(
  "an upload that releases the step counts as its work, whatever ran before",
  async (shell) => {
    const { bytes } = await tarball(FILES);
    await using stage = await Stage.open(shell);
    const gate = await stage.hold();
    await Deno.writeTextFile(`${stage.directory}/tkn-dev/exit`, "3\n");
    assert.equal((await stage.exec(receive(stage), bytes)).stderr, "");
    assert.equal((await gate.ended()).code, 0);
  },
);

testInEveryShell("an empty tree arrives too", async (shell) => {
  const { bytes, receipt } = await tarball({});
  for (const programs of [GNU, GNU.map((name) => `busybox:${name}`), without("sha256sum")]) {
    await using stage = await Stage.open(shell, { programs });
    const gate = await stage.hold();
    const { code, stdout } = await stage.exec(receive(stage), bytes);
    assert.equal(code, 0);
    assert.equal(stdout.replace(/\S+\n$/, ""), receipt.replace(/\S+\n$/, ""));
    assert.equal((await gate.ended()).code, 0);
  }
});

testInEveryShell("a program that the image lacks is named", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  for (const program of [["zstd-tar"], ["zstd-tar", "-x"], ["/no/such/tar"]]) {
    assert.deepEqual(await stage.exec(receive(stage, { program })), {
      code: ReceiveExit.programMissing,
      stdout: OVER,
      stderr: `${program[0]}: not found in this image\n`,
    });
  }
  await assertStillHeld(stage, gate);
});

testInEveryShell(
  "a failure of the program is reported with its exit code and message",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: [...GNU, "sh", "ls"] });
    const gate = await stage.hold();
    const program = ["sh", "-c", 'printf "%s|" "$@"; exit 42', "sh", "a b", "", "$x", "-n"];
    assert.deepEqual(await stage.exec(receive(stage, { program }), PLAIN), {
      code: ReceiveExit.programFailed,
      stdout: `program-exit 42\n${OVER}`,
      stderr: "a b||$x|-n|",
    });
    await assertStillHeld(stage, gate);
  },
);

// A node may not report the end of a command before its stdin is read.
testInEveryShell(
  "an unwanted stream is read to its end, and the client is notified",
  async (shell) => {
    for (const programs of [[...GNU, "false", "head", "cat"], [...GNU, "false", "head"]]) {
      await using stage = await Stage.open(shell, { programs });
      const gate = await stage.hold();
      const cases: [Partial<ReceiveOptions>, number][] = [
        [{ directory: ".." }, ReceiveExit.directoryRefused],
        [{ program: ["no-such"] }, ReceiveExit.programMissing],
        [{ program: ["false"] }, ReceiveExit.programFailed],
        [{ program: ["head", "-c", "9"], manifest: undefined }, ReceiveExit.released],
      ];
      for (const [options, expected] of cases) {
        const { stream, wasTaken } = watched(100_000);
        const { code, stdout } = await stage.exec(receive(stage, options), stream);
        assert.deepEqual([code, wasTaken()], [expected, true], JSON.stringify(options));
        assert.match(stdout, /^over$/m);
      }
      await assertStillHeld(stage, gate);
      const { stream, wasTaken } = watched(100_000);
      const late = await stage.exec(receive(stage), stream);
      assert.deepEqual([late.code, late.stdout, wasTaken()], [ReceiveExit.gateGone, OVER, true]);
    }
  },
);

/** A stream of that many bytes, and whether all of them were read. */
function watched(length: number) {
  let left = length;
  let taken = false;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) {
        taken = true;
        return controller.close();
      }
      const size = Math.min(left, 50_000);
      left -= size;
      controller.enqueue(new Uint8Array([...PLAIN, ...new Uint8Array(size).fill(10)]));
    },
  }, { highWaterMark: 0 });
  return { stream, wasTaken: () => taken };
}

testInEveryShell("without a manifest nothing is released", async (shell) => {
  await using stage = await Stage.open(shell, { programs: [...GNU, "cp"] });
  const gate = await stage.hold();
  const program = ["cp", "/dev/stdin", "./-copy"];
  const answer = await stage.exec(
    receive(stage, { manifest: undefined, program, results: { commit: "unwritten" } }),
    new TextEncoder().encode("hello"),
  );
  assert.deepEqual(answer, { code: 0, stdout: `receipt - - -\n${OVER}`, stderr: "" });
  assert.equal(await stage.read("work space/-copy"), "hello");
  await assert.rejects(stage.read("results/commit"), Deno.errors.NotFound);
  assert.equal(
    (await stage.exec(releaseCommand("continue", { results: { commit: "written" } }))).code,
    0,
  );
  assert.equal((await gate.ended()).code, 0);
  assert.equal(await stage.read("results/commit"), "written");
});

testInEveryShell("a directory with any name is created and filled", async (shell) => {
  const { bytes, receipt } = await tarball(FILES);
  const directories = [
    "sub",
    "a/b/c",
    "a//b/./d/",
    'with space/it\'s "x"; echo $(id)',
    "-p/-n",
    "*",
  ];
  for (const directory of [...directories, "ü", "two\nlines"]) {
    await using stage = await Stage.open(shell);
    const gate = await stage.hold();
    const answer = await stage.exec(receive(stage, { directory }), bytes);
    assert.deepEqual(answer, { code: 0, stdout: receipt, stderr: "" }, directory);
    assert.equal((await gate.ended()).code, 0);
    await assertArrived(stage, FILES, directory);
  }
});

testInEveryShell("a directory out of the workspace is refused", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  const workspace = stage.workspace;
  await Deno.mkdir(`${workspace}2`);
  await Deno.symlink("..", `${workspace}/up`);
  await Deno.symlink(`${workspace}2`, `${workspace}/sibling`);
  await Deno.symlink("nowhere", `${workspace}/dangling`);
  await Deno.mkdir(`${workspace}/sub`);
  await Deno.symlink("../..", `${workspace}/sub/up`);
  const refused = [
    "..",
    "sub/../..",
    "sub/..",
    "up",
    "up/x",
    "sibling",
    "dangling",
    "sub/up",
    "/tmp",
  ];
  for (const directory of refused) {
    const { code, stdout, stderr } = await stage.exec(receive(stage, { directory }));
    assert.deepEqual([code, stdout], [ReceiveExit.directoryRefused, OVER], directory);
    assert.ok(stderr.startsWith(`${directory}: `), stderr);
  }
  await assertStillHeld(stage, gate);
});

testInEveryShell("a symbolic link that stays in the workspace is followed", async (shell) => {
  const { bytes, receipt } = await tarball(FILES);
  await using stage = await Stage.open(shell);
  // The path of the workspace may itself lead through a link.
  await Deno.rename(stage.workspace, `${stage.directory}/real`);
  await Deno.symlink("real", stage.workspace);
  await Deno.mkdir(`${stage.directory}/real/target`);
  await Deno.symlink("target", `${stage.directory}/real/link`);
  await Deno.symlink("../link", `${stage.directory}/real/target/self`);
  const gate = await stage.hold();
  const answer = await stage.exec(receive(stage, { directory: "link/self/new" }), bytes);
  assert.deepEqual(answer, { code: 0, stdout: receipt, stderr: "" });
  assert.equal((await gate.ended()).code, 0);
  await assertArrived(stage, FILES, "target/new");
});

// Only root can run a process as a user that may not write: setpriv becomes nobody.
testInEveryShell("a directory that can't be written to is refused", async (shell) => {
  await using stage = await Stage.open(shell, { user: "nobody" });
  const gate = await stage.hold();
  await Deno.writeTextFile(`${stage.workspace}/file`, "");
  await Deno.mkdir(`${stage.workspace}/others`);
  await Deno.mkdir(`${stage.workspace}/closed`, { mode: 0o700 });
  for (const directory of ["others", "others/sub", "closed", "file", "file/x"]) {
    const { code, stdout, stderr } = await stage.exec(receive(stage, { directory }));
    assert.deepEqual([code, stdout], [ReceiveExit.directoryUnusable, OVER], directory);
    assert.ok(stderr.includes(`${directory}: `), stderr);
  }
  await assertStillHeld(stage, gate);
}, { ignore: () => !isRoot });

testInEveryShell("a directory of the tree that can't be written to is named", async (shell) => {
  const { bytes } = await tarball({ "README": "hello", "a/b/c": "c", "a/d": "d" });
  await using stage = await Stage.open(shell, {
    programs: [...GNU, "mv", "rmdir", "cat"],
    user: "nobody",
  });
  const gate = await stage.hold();
  await Deno.mkdir(`${stage.workspace}/a`);
  await Deno.chmod(`${stage.workspace}/a`, 0o777);
  await Deno.mkdir(`${stage.workspace}/a/b`);
  const { code, stderr } = await stage.exec(receive(stage), bytes);
  assert.equal(code, ReceiveExit.directoryUnusable, stderr);
  assert.match(stderr, /^a\/b: not writable\n$/m);
  await Deno.writeTextFile(`${stage.workspace}/a/b/old`, "");
  const removes = await stage.exec(receive(stage), said(["remove ./a/b/old"], bytes));
  assert.equal(removes.code, ReceiveExit.directoryUnusable);
  assert.match(removes.stderr, /^a\/b: not writable\n$/m);
  await assertStillHeld(stage, gate);
}, { ignore: () => !isRoot });

testInEveryShell(
  "an upload into a step that runs as nobody arrives with the modes that were sent",
  async (shell) => {
    const { bytes, receipt } = await tarball(FILES);
    for (const program of TARS) {
      await using stage = await Stage.open(shell, {
        programs: [...GNU, "bsdtar", "busybox"],
        user: isRoot ? "nobody" : undefined,
      });
      const gate = await stage.hold();
      const answer = await stage.exec(receive(stage, { directory: "sub", program }), bytes);
      assert.deepEqual(answer, { code: 0, stdout: receipt, stderr: "" });
      assert.equal((await gate.ended()).code, 0);
      await assertArrived(stage, FILES, "sub");
      const modeOf = async (path: string) =>
        (await Deno.stat(`${stage.workspace}/sub/${path}`)).mode! & 0o7777;
      assert.deepEqual([await modeOf("README"), await modeOf("run.sh")], [0o666, 0o777]);
    }
  },
);

testInEveryShell("files that root unpacks belong to root", async (shell) => {
  const { bytes } = await tarball(FILES);
  for (const program of TARS) {
    await using stage = await Stage.open(shell, { programs: [...GNU, "bsdtar", "busybox"] });
    const gate = await stage.hold();
    assert.equal((await stage.exec(receive(stage, { program }), bytes)).code, 0);
    await gate.ended();
    for (const path of ["README", "src/a b.go"]) {
      const { uid, gid } = await Deno.stat(`${stage.workspace}/${path}`);
      assert.deepEqual([uid, gid], [0, 0], `${program} ${path}`);
    }
  }
}, { ignore: () => !isRoot }); // only root may give files away

testInEveryShell("a result that can't be written is reported after the receipt", async (shell) => {
  const { bytes, receipt } = await tarball(FILES);
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  await Deno.mkdir(`${stage.directory}/results/taken`);
  const { code, stdout } = await stage.exec(
    receive(stage, { results: { a: "1", taken: "2" } }),
    bytes,
  );
  assert.deepEqual([code, stdout], [ReceiveExit.resultUnwritable, receipt]);
  await assertStillHeld(stage, gate);
});
