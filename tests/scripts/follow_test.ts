/** The receiver hashes large files as they arrive. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ReceiveExit } from "../../src/step/protocol/exit_codes.ts";
import { receive, said } from "./receiver.ts";
import { GNU, Stage, testInEveryShell, until } from "./stage.ts";
import { tarball } from "./tarball.ts";

const TOOLS = [...GNU, "stat", "cat"];
/** A file larger than one read. */
const DISK = "0123456789abcdef".repeat(150_000);
const FILES = { "disk one.img": DISK, "README": "hello\n", "sub/disk.img": `${DISK}2` };
const FOLLOWS = [
  `follow ${DISK.length} ./disk one.img`,
  `follow ${DISK.length + 1} ./sub/disk.img`,
];

/** A manifest that lists the followed files first, as the client does. */
async function sent(lines: string[], change = (text: string) => text) {
  const first = (text: string) => {
    const [readme] = /^.* {2}\.\/README\n/m.exec(text)!;
    return change(text.replace(readme, "") + readme);
  };
  const { bytes, receipt } = await tarball(FILES, { manifest: first });
  return { bytes: said(lines, bytes), receipt };
}

/** Has sha256sum log its arguments. */
async function listen(stage: Stage): Promise<() => Promise<string[]>> {
  const [program, log] = [`${stage.directory}/bin/sha256sum`, `${stage.directory}/called`];
  await Deno.remove(program);
  const script = `#!/bin/sh\necho "called $*" >>'${log}'\nexec /usr/bin/sha256sum "$@"\n`;
  await Deno.writeTextFile(program, script, { mode: 0o755 });
  return async () => (await Deno.readTextFile(log)).trim().split("\n");
}

testInEveryShell("a followed file is hashed as it arrives, and then not again", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  const calls = shell.hasAllPrograms ? undefined : await listen(stage);
  const gate = await stage.hold();
  const { bytes, receipt } = await sent(FOLLOWS);
  assert.deepEqual(await stage.exec(receive(stage), bytes), {
    code: 0,
    stdout: receipt,
    stderr: "",
  });
  assert.equal((await gate.ended()).code, 0);
  // Once for each of the two, once for the manifest, and once for the rest of its list.
  const expected = ["called ", "called ", "called ", "called -c -"];
  if (calls !== undefined) assert.deepEqual((await calls()).sort(), expected);
  const left = await Array.fromAsync(Deno.readDir(stage.workspace), ({ name }) => name);
  assert.deepEqual(left.sort(), ["README", "disk one.img", "sub"]);
});

testInEveryShell("the old file in the place of a followed one is not hashed", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  await Deno.writeTextFile(`${stage.workspace}/disk one.img`, `old ${DISK}${DISK}`);
  const gate = await stage.hold();
  const { bytes, receipt } = await sent(FOLLOWS);
  const { code, stdout } = await stage.exec(receive(stage), bytes);
  assert.deepEqual([code, stdout], [0, receipt]);
  assert.equal((await gate.ended()).code, 0);
});

testInEveryShell("a followed file that differs from what was sent is refused", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  await stage.hold();
  const digest = createHash("sha256").update(`${DISK}2`).digest("hex");
  const { bytes } = await sent(FOLLOWS, (text) => text.replace(digest, "0".repeat(64)));
  const { code, stderr } = await stage.exec(receive(stage), bytes);
  assert.deepEqual([code, stderr], [
    ReceiveExit.treeDiffers,
    "./sub/disk.img: not as it was sent\n",
  ]);
  assert.equal(await stage.read("tkn-dev/released"), "");
});

testInEveryShell(
  "a file that arrives otherwise than announced, or can't be followed, is hashed at the end",
  async (shell) => {
    for (
      const [lines, programs] of [
        [["follow 10 ./disk one.img", "follow 99999999 ./sub/disk.img"], TOOLS],
        [["follow 5000000000 ./no such", FOLLOWS[0]], TOOLS],
        [FOLLOWS, TOOLS.filter((name) => name !== "cat")],
        [FOLLOWS, TOOLS.filter((name) => name !== "stat")],
      ] as const
    ) {
      await using stage = await Stage.open(shell, { programs });
      const gate = await stage.hold();
      const { bytes, receipt } = await sent([...lines]);
      const { code, stdout, stderr } = await stage.exec(receive(stage), bytes);
      assert.deepEqual([code, stdout, stderr], [0, receipt, ""]);
      assert.equal((await gate.ended()).code, 0);
    }
  },
);

testInEveryShell("nothing follows a stream that is cut", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  const gate = await stage.hold();
  const { bytes } = await sent(FOLLOWS);
  const { code } = await stage.exec(receive(stage), bytes.subarray(0, DISK.length / 2));
  assert.notEqual(code, 0);
  assert.equal(await stage.read("tkn-dev/released"), "");
  gate.kill("SIGTERM");
  await gate.ended();
  await until("the processes' end", async () => (await stage.processes()).length === 0);
});
