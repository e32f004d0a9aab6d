/** Containers whose processes have the umask 077, and no directory for temporary files. */
import assert from "node:assert/strict";
import { debugRunCommand, releaseCommand, shellCommand } from "../../src/step/scripts.ts";
import { receive, said, UPLOAD } from "./receiver.ts";
import { GNU, isRoot, type Place, Stage, testInEveryShell } from "./stage.ts";
import { tarball } from "./tarball.ts";

const TOOLS = [...GNU, "find", "stat", "gzip", "cat", "rmdir", "mv", "touch"];
const FILES = { "README": "hello\n", "run.sh": "echo hi\n" };
const RECORD = "./.tkn-dev-upload/record";
const HABITS: Place = { umask: "077", env: { TMPDIR: "/nonexistent", HOME: "/" } };

testInEveryShell(
  "with umask 077, the work of a step has it, and its run by debug-run",
  async (shell) => {
    await using stage = await Stage.open(shell, { own: "umask" });
    const gate = await stage.hold(0, [], HABITS);
    const ran = await stage.exec(debugRunCommand(), undefined, HABITS);
    assert.deepEqual([ran.code, ran.stdout], [0, "0077\n"], ran.stderr);
    assert.equal((await stage.exec(releaseCommand("run"), undefined, HABITS)).code, 0);
    assert.deepEqual(await gate.ended(), { code: 0, lines: ["0077"], stderr: "" });
  },
);

testInEveryShell("with umask 077, a shell opens in the step's environment", async (shell) => {
  await using stage = await Stage.open(shell, { own: "umask" });
  const gate = await stage.hold(0, [], HABITS);
  const path = `${stage.directory}/tkn-dev/shell`;
  await Deno.writeTextFile(path, (await stage.read("tkn-dev/shell")).replaceAll(" -i", ""));
  const options = { name: "a/s", term: "dumb", user: "ada", channel: "c4n3l", header: "" };
  const typed = new TextEncoder().encode("umask\n");
  const ran = await stage.exec(shellCommand(options), typed, HABITS);
  assert.match(ran.stdout, /^0077$/m, ran.stderr);
  assert.equal((await stage.exec(releaseCommand("continue"), undefined, HABITS)).code, 0);
  assert.equal((await gate.ended()).code, 0);
});

testInEveryShell("with umask 077, files get the modes that they were sent with", async (shell) => {
  await using stage = await Stage.open(shell, { programs: TOOLS });
  const gate = await stage.hold(0, [], HABITS);
  const { bytes, receipt } = await tarball(FILES);
  const { code, stdout, stderr } = await stage.exec(
    receive(stage, { record: RECORD }),
    said(["lock TaskRun/x"], bytes),
    HABITS,
  );
  assert.deepEqual([code, stdout.endsWith(receipt)], [0, true], stderr);
  const modeOf = async (name: string) => {
    return (await Deno.stat(`${stage.workspace}/${name}`)).mode! & 0o777;
  };
  assert.deepEqual([await modeOf("README"), await modeOf("run.sh")], [0o666, 0o777]);
  assert.equal((await gate.ended()).code, 0);
});

// Only root can run processes as two users.
testInEveryShell(
  "with umask 077, another user takes over the gate, the lock and the files",
  async (shell) => {
    for (const users of [[undefined, "nobody"], ["nobody", undefined]] as const) {
      await using stage = await Stage.open(shell, { programs: TOOLS });
      const [first, second] = users.map((user) => ({ ...HABITS, user }));
      for (
        const [place, upload, lines] of [
          [first, UPLOAD, ["lock TaskRun/one"]],
          [second, "a0x9k3j2h1", [`break ${UPLOAD}`, "lock TaskRun/two"]],
        ] as const
      ) {
        const gate = await stage.hold(0, [], place);
        const { bytes, receipt } = await tarball(FILES);
        const { code, stdout, stderr } = await stage.exec(
          receive(stage, { record: RECORD, upload }),
          said(lines, bytes),
          place,
        );
        assert.deepEqual([code, stdout.endsWith(receipt)], [0, true], stderr);
        assert.equal((await gate.ended()).code, 0);
      }
    }
  },
  { ignore: () => !isRoot },
);
