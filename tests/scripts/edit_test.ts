import assert from "node:assert/strict";
import {
  editCommand,
  insteadCommand,
  releaseCommand,
  showCommand,
} from "../../src/step/scripts.ts";
import { Listener } from "./listener.ts";
import { bytes, debugRun, GNU, Stage, testInEveryShell, until } from "./stage.ts";

const CHANNEL = "c4n3l";
const place = { env: { TKN_DEV_CHANNEL: CHANNEL } };

testInEveryShell("a script is edited at the other end of the terminal, and run", async (shell) => {
  await using stage = await Stage.open(shell, { own: "echo own" });
  const gate = await stage.hold(0, ["x"]);
  const listener = new Listener(stage, CHANNEL);
  assert.equal(await listener.hears(), "listening");
  const running = stage.exec(debugRun("--edit"), undefined, place);
  assert.equal(await listener.hears(), "edit");
  const script = (await stage.exec(showCommand())).stdout;
  await stage.exec(editCommand(), bytes(script.replace(/own.*/, "$0 $1; exit 3")));
  await listener.says("ready");
  assert.equal(await listener.hears(), "ran 3");
  await listener.says("done");
  const { code, stdout, stderr } = await running;
  assert.match(stderr, /Exit code: +3( after \d+ s)?\n$/);
  assert.deepEqual([code, stdout], [3, `${stage.directory}/tkn-dev/edited x\n`], stderr);
  assert.equal(await listener.ends(), 0);
  const left = await Array.fromAsync(Deno.readDir(`${stage.directory}/tkn-dev`));
  assert.deepEqual(left.filter(({ name }) => /^(ask|answer)-/.test(name)), []);
  await stage.exec(releaseCommand("run"));
  const ended = await gate.ended();
  assert.deepEqual([ended.code, ended.lines], [3, [`${stage.directory}/tkn-dev/edited x`]]);
});

testInEveryShell("a refused edit is reported, and nothing runs", async (shell) => {
  await using stage = await Stage.open(shell, { own: "echo own" });
  await stage.hold();
  const listener = new Listener(stage, CHANNEL);
  await listener.hears();
  const running = stage.exec(debugRun("--edit"), undefined, place);
  await listener.hears();
  await listener.says("no the script was left as it is");
  assert.deepEqual(await running, {
    code: 1,
    stdout: "",
    stderr: "the script was left as it is\n",
  });
  await listener.ends();
});

testInEveryShell(
  "--edit --continue has the step run the edited script in place",
  async (shell) => {
    await using stage = await Stage.open(shell, { own: "echo own" });
    const gate = await stage.hold();
    const listener = new Listener(stage, CHANNEL);
    await listener.hears();
    const running = stage.exec(debugRun("--edit", "--continue"), undefined, place);
    await listener.hears();
    await stage.exec(editCommand(), bytes("#!/bin/sh\necho edited"));
    await listener.says("ready");
    assert.deepEqual(await running, { code: 0, stdout: "", stderr: "" });
    assert.deepEqual((await gate.ended()).lines, ["edited"]);
    await listener.isKilled();
  },
);

testInEveryShell("--patch is refused in the container, as an option of tkn-dev", async (shell) => {
  await using stage = await Stage.open(shell, { own: "echo own" });
  await stage.hold();
  const listener = new Listener(stage, CHANNEL);
  await listener.hears();
  assert.deepEqual(await stage.exec(debugRun("--edit", "--patch", "x"), undefined, place), {
    code: 2,
    stdout: "",
    stderr:
      "debug-run: --patch FILE is an option of tkn-dev, as in tkn-dev pipelinerun shell RUN --patch FILE\n",
  });
  assert.equal(await listener.ends(), 0, "nothing was asked for");
});

testInEveryShell("debug-run waits for a listener that starts a moment later", async (shell) => {
  await using stage = await Stage.open(shell, { own: "echo own" });
  await stage.hold();
  const running = stage.exec(debugRun("--edit"), undefined, place);
  const isWaiting = async () => (await stage.processes()).some((line) => / sleep 1 ?$/.test(line));
  await until("it waits", isWaiting);
  const listener = new Listener(stage, CHANNEL);
  assert.equal(await listener.hears(), "listening");
  assert.equal(await listener.hears(), "edit");
  await listener.says("no after all");
  assert.deepEqual(await running, { code: 1, stdout: "", stderr: "after all\n" });
  await listener.ends();
});

testInEveryShell("without a listener, --edit says what it needs", async (shell) => {
  await using stage = await Stage.open(shell);
  await stage.hold(0, ["true"]);
  const needs = {
    code: 2,
    stdout: "",
    stderr:
      "debug-run: --edit needs tkn-dev at the other end of this terminal: tkn-dev pipelinerun run RUN --edit\n",
  };
  assert.deepEqual(await stage.exec(debugRun("--edit")), needs);
  const listener = new Listener(stage, CHANNEL);
  await listener.hears();
  await listener.isKilled();
  // Each waits five seconds for a listener.
  const both = await Promise.all([CHANNEL, "n0b0dy"].map((channel) => {
    return stage.exec(debugRun("--edit"), undefined, { env: { TKN_DEV_CHANNEL: channel } });
  }));
  assert.deepEqual(both, [needs, needs]);
});

testInEveryShell("debug-run notices a listener that dies", async (shell) => {
  await using stage = await Stage.open(shell, { own: "echo own" });
  await stage.hold();
  const listener = new Listener(stage, CHANNEL);
  await listener.hears();
  const running = stage.exec(debugRun("--edit"), undefined, place);
  await listener.hears();
  await listener.isKilled();
  assert.deepEqual(await running, {
    code: 1,
    stdout: "",
    stderr: "tkn-dev is not there any more\n",
  });
});

testInEveryShell(
  "a listener that dies while the work runs does not keep debug-run waiting",
  async (shell) => {
    await using stage = await Stage.open(shell, { own: "echo own >&2; exit 4" });
    await stage.hold();
    const listener = new Listener(stage, CHANNEL);
    await listener.hears();
    const running = stage.exec(debugRun("--edit"), undefined, place);
    await listener.hears();
    await listener.says("ready");
    assert.equal(await listener.hears(), "ran 4");
    await listener.isKilled();
    assert.equal((await running).code, 4);
    await until("the watcher's end", async () => {
      return !(await stage.processes()).some((process) => process.includes("debug-run"));
    });
  },
);

testInEveryShell("without mkfifo the listener prints no, and keeps listening", async (shell) => {
  const programs = GNU.filter((name) => name !== "mkfifo");
  await using stage = await Stage.open(shell, { programs });
  await stage.hold(0, ["true"]);
  const listener = new Listener(stage, CHANNEL);
  assert.equal(await listener.hears(), "no");
  assert.equal((await stage.exec(debugRun("--edit"), undefined, place)).code, 2);
  assert.equal(await listener.ends(), 0);
}, { ignore: (shell) => shell.hasAllPrograms ?? false });

testInEveryShell("an edited script is kept byte for byte, with and without cat", async (shell) => {
  const texts = ["#!/bin/sh\n\necho 'a  b' \\\n\t%s \\n\n", "no end of line", "\n\n", "ä\r\n -n\n"];
  for (const programs of [GNU, [...GNU, "cat"]]) {
    await using stage = await Stage.open(shell, { programs, own: "true" });
    await stage.hold();
    assert.equal((await stage.exec(showCommand())).stdout, "#!/bin/sh\nset -e\ntrue\n");
    for (const text of texts) {
      assert.deepEqual(await stage.exec(editCommand(), bytes(text)), {
        code: 0,
        stdout: "",
        stderr: "",
      });
      assert.equal(await stage.read("tkn-dev/edited"), text);
      assert.equal((await stage.exec(showCommand())).stdout, "#!/bin/sh\nset -e\ntrue\n");
    }
    await stage.exec(editCommand());
    assert.equal((await stage.exec(showCommand())).stdout, "#!/bin/sh\nset -e\ntrue\n");
  }
});

testInEveryShell("a step without a script has none to show", async (shell) => {
  await using stage = await Stage.open(shell);
  await stage.hold(0, ["true"]);
  assert.deepEqual(await stage.exec(showCommand()), { code: 3, stdout: "", stderr: "" });
});

testInEveryShell(
  "a step that runs another text instead runs none of its work",
  async (shell) => {
    for (const own of ["echo own", undefined]) {
      await using stage = await Stage.open(shell, { own });
      const gate = await stage.hold(0, ["/usr/bin/printf", "own"]);
      const told = await stage.exec(insteadCommand("echo \"$#\" 'it is'\nexit 6"));
      assert.deepEqual(told, { code: 0, stdout: "", stderr: "" });
      assert.deepEqual(await gate.ended(), { code: 6, lines: ["0 it is"], stderr: "" });
      assert.equal((await stage.exec(insteadCommand("x"))).code, 17);
    }
  },
);
