import assert from "node:assert/strict";
import { HELD_PREFIX, readHeldLine } from "../../src/step/protocol/gate.ts";
import { receiveCommand, releaseCommand, stillHeldCommand } from "../../src/step/scripts.ts";
import type { GateMode } from "../../src/step/gate_script.ts";
import { ReceiveExit } from "../../src/step/protocol/exit_codes.ts";
import { readUnwritten } from "../../src/step/protocol/release.ts";
import { UPLOAD } from "./receiver.ts";
import { GNU, isRoot, RELEASED, Stage, testInEveryShell, until } from "./stage.ts";
import { PLAIN, tarball } from "./tarball.ts";

const unpack = ({ workspace }: Stage) => ({
  workspace,
  directory: ".",
  upload: UPLOAD,
  attempt: 1,
  results: {},
  release: true,
  program: ["tar"],
});

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const without = (...names: string[]) => GNU.filter((name) => !names.includes(name));

testInEveryShell("the gate prints one line, holds, and ends as the word says", async (shell) => {
  for (const [word, code] of [["continue", 0], ["fail", 1]] as const) {
    await using stage = await Stage.open(shell);
    const gate = stage.start();
    assert.equal(await gate.line(), HELD_PREFIX + stage.workspace);
    assert.equal((await stage.exec(releaseCommand(word))).code, 0);
    assert.deepEqual(await gate.ended(), { code, lines: [], stderr: "" });
  }
});

testInEveryShell("the gate prints the directory that the upload goes to", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = stage.start(0, ["own"], { into: "a/b c" });
  const { directory, into } = readHeldLine((await gate.line())!)!;
  assert.deepEqual([directory, into], [stage.workspace, "a/b c"]);
  assert.equal((await stage.exec(releaseCommand("continue"))).code, 0);
  assert.equal((await gate.ended()).code, 0);
  // A line break would forge another directory.
  const broken = stage.start(0, [], { into: "a\nb" });
  const { code, lines, stderr } = await broken.ended();
  assert.deepEqual([code, lines], [1, []]);
  assert.match(stderr, /the directory for the upload has a line break/);
});

/** The variables of a pod, from the downward API. */
const podOf = (
  { holds = "true", invocation = "", pipelineRun = "", taskRun = "r" }: Record<string, string>,
) => ({
  TKN_DEV_HOLDS: holds,
  TKN_DEV_MARK: invocation,
  TKN_DEV_PR: pipelineRun,
  TKN_DEV_TR: taskRun,
});

testInEveryShell(
  "a gate in a copy of its run fails at once, and names the command to type",
  async (shell) => {
    const again = "tkn-dev task upload it's";
    await using stage = await Stage.open(shell, { again });
    for (
      const env of [
        podOf({ holds: "" }), // by tkn pipeline start --last
        podOf({ invocation: "TaskRun/first/m" }), // from a dumped run
        podOf({ invocation: "PipelineRun/first/m", pipelineRun: "second", taskRun: "first" }),
        podOf({ invocation: "PipelineRun/first/m", taskRun: "first" }),
        podOf({ holds: "", invocation: "Pipeline/tkn-dev-a/m/240", pipelineRun: "second" }),
      ]
    ) {
      const { code, lines, stderr } = await stage.start(0, [], { env }).ended();
      const words =
        "tkn-dev: nobody comes to this copy of a run that waited for tkn-dev; start one with:";
      assert.deepEqual([code, lines, stderr], [1, [`${words} ${again}`], ""]);
    }
  },
);

testInEveryShell(
  "a gate holds in the run that it was made for, and hides its variables",
  async (shell) => {
    for (
      const env of [
        podOf({ invocation: "TaskRun/r/m" }),
        podOf({ invocation: "PipelineRun/p/m", pipelineRun: "p" }),
        podOf({}), // from the output of --dry-run
        {},
      ]
    ) {
      const own = "env | grep TKN_DEV_ | grep -v TKN_DEV_TEST";
      await using stage = await Stage.open(shell, { own, programs: [...GNU, "env", "grep"] });
      const gate = await stage.hold(0, [], { env });
      await stage.exec(releaseCommand("run"));
      assert.deepEqual((await gate.ended()).lines, []);
    }
  },
);

testInEveryShell("the gate unpacks the other scripts unchanged", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  const script = await stage.read("scripts/script-0-x7k2p");
  const payload = script.slice(script.indexOf("#=> gate"));
  const names = [...payload.matchAll(/^#=> (.*)$/gm)].map(([, name]) => name);
  assert.deepEqual(names, [
    "gate",
    "show",
    "release",
    "receive",
    "edit",
    "listen",
    "shell",
    "turn",
    "debug-run",
    "debug-continue",
    "debug-fail-continue",
    "debug-info",
    "step",
  ]);
  const unpacked = await Promise.all(
    names.map(async (name) => `#=> ${name}\n${await stage.read(`tkn-dev/${name}`)}`),
  );
  assert.equal(unpacked.join(""), payload);
  await stage.exec(releaseCommand("continue"));
  await gate.ended();
});

for (const [name, code] of [["debug-continue", 0], ["debug-fail-continue", 1]] as const) {
  testInEveryShell(`${name} can be called by its name, and releases the step`, async (shell) => {
    await using stage = await Stage.open(shell);
    const gate = await stage.hold();
    const { mode } = await Deno.stat(`${stage.directory}/tkn-dev/${name}`);
    assert.equal(mode! & 0o111, 0o111);
    assert.equal((await stage.exec(["/bin/sh", `/tkn-dev/${name}`])).code, 0);
    assert.equal((await gate.ended()).code, code);
  });
}

testInEveryShell(
  "debug-continue names results that the step has not written, once, and then releases it",
  async (shell) => {
    await using stage = await Stage.open(shell, { results: ["commit", "step:size", "a.b"] });
    const gate = await stage.hold();
    await Deno.mkdir(`${stage.directory}/steps/step-compile/results`, { recursive: true });
    await Deno.writeTextFile(`${stage.directory}/results/a.b`, "");
    const first = await stage.exec(["/bin/sh", "/tkn-dev/debug-continue"]);
    assert.equal(first.code, 23);
    assert.deepEqual(readUnwritten(first.stderr), ["commit", "step:size"]);
    assert.match(first.stderr, /\ndebug-run does the work .*;\ndebug-continue again leaves/);
    assert.equal((await stage.exec(["/bin/sh", "/tkn-dev/debug-continue"])).code, 0);
    assert.equal((await gate.ended()).code, 0);
  },
);

testInEveryShell("debug-continue writes the results that its words name", async (shell) => {
  await using stage = await Stage.open(shell, { results: ["commit", "step:size"] });
  const gate = await stage.hold();
  await Deno.mkdir(`${stage.directory}/steps/step-compile/results`, { recursive: true });
  const line = ["/bin/sh", "/tkn-dev/debug-continue"];
  for (const words of [["x=1", "y"], ["0", "1"], ["=v"], [""]]) {
    const { code, stderr } = await stage.exec([...line, ...words]);
    assert.equal(code, 2, words.join(" "));
    assert.match(stderr, /^debug-continue: .*: not a result, as in NAME=VALUE\n$/);
  }
  const half = await stage.exec([...line, "commit=a b='c'\n=*"]);
  assert.deepEqual([half.code, readUnwritten(half.stderr)], [23, ["step:size"]]);
  assert.equal(await stage.read("results/commit"), "a b='c'\n=*");
  assert.equal((await stage.exec([...line, "step:size=7"])).code, 0);
  assert.equal(await stage.read("steps/step-compile/results/size"), "7");
  assert.equal((await gate.ended()).code, 0);
});

testInEveryShell("debug-continue refuses results that nothing declares", async (shell) => {
  await using stage = await Stage.open(shell, { declared: ["commit", "step:size"] });
  const gate = await stage.hold();
  const line = ["/bin/sh", "/tkn-dev/debug-continue", "commit=a"];
  for (const name of ["comit", "size", "*", "commit\nstep:size", "g_declared"]) {
    const { code, stderr } = await stage.exec([...line, `${name}=1`]);
    assert.equal(code, ReceiveExit.resultUndeclared, name);
    assert.equal(stderr, `result not declared: ${name}\nthe Task declares: commit step:size\n`);
  }
  await assert.rejects(stage.read("results/commit"), Deno.errors.NotFound);
  assert.equal((await stage.exec(line)).code, 0);
  assert.equal((await gate.ended()).code, 0);
  await using bare = await Stage.open(shell, { declared: [] });
  const other = await bare.hold();
  const { stderr } = await bare.exec(line);
  assert.equal(stderr, "result not declared: commit\nthe Task declares no results\n");
  await bare.exec(releaseCommand("continue"));
  await other.ended();
});

testInEveryShell("a step that fails, or has an exit code, may leave results out", async (shell) => {
  const cases = [["debug-fail-continue"], ["debug-continue", "0"], ["debug-continue", "3"]];
  for (const [index, [name, ...words]] of cases.entries()) {
    await using stage = await Stage.open(shell, { results: ["commit"] });
    const gate = await stage.hold();
    assert.equal((await stage.exec(["/bin/sh", `/tkn-dev/${name}`, ...words])).code, 0);
    assert.equal((await gate.ended()).code, [1, 0, 3][index]);
  }
});

testInEveryShell("the gate gives up without a client, and leaves no process", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold(1);
  assert.deepEqual(await gate.ended(), {
    code: 1,
    lines: ["tkn-dev: nobody came within 1 s, giving up"],
    stderr: "",
  });
  await until("the processes' end", async () => (await stage.processes()).length === 0);
});

const receivers = async ({ directory }: Stage) =>
  (await Array.fromAsync(Deno.readDir(`${directory}/tkn-dev`), ({ name }) => name))
    .filter((name) => name.startsWith("receiver-"));

const GAVE_UP = ["tkn-dev: nobody came within 1 s, giving up"];

testInEveryShell(
  "the gate does not give up while bytes arrive, but it does if the client stalls",
  async (shell) => {
    await using stage = await Stage.open(shell);
    const gate = await stage.hold(4);
    const chunks = new TransformStream<Uint8Array>();
    const receiving = stage.exec(receiveCommand(unpack(stage)), chunks.readable);
    const writer = chunks.writable.getWriter();
    const { bytes } = await tarball({ large: "x".repeat(1_000_000) });
    for (let at = 0; at < 32; at++) { // twice as long as the gate waits
      await writer.write(bytes.subarray(PLAIN.length).slice(at * 10_000, (at + 1) * 10_000));
      await delay(250);
    }
    assert.equal((await stage.exec(stillHeldCommand())).code, 0);
    const lines = ["tkn-dev: nobody came within 4 s, giving up"];
    assert.deepEqual(await gate.ended(), { code: 1, lines, stderr: "" });
    await writer.close();
    await receiving;
    await until("the processes' end", async () => (await stage.processes()).length === 0);
  },
);

testInEveryShell("a killed receiver does not keep the gate from giving up", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold(1);
  const here = stage.visits();
  const receiver = stage.run(receiveCommand(unpack(stage)));
  await until("the receiver", async () => (await receivers(stage)).length === 1);
  here[Symbol.dispose]();
  receiver.kill("SIGKILL");
  await receiver.stdin.close(); // the stdin of its tar
  await receiver.output();
  assert.deepEqual(await gate.ended(), { code: 1, lines: GAVE_UP, stderr: "" });
});

testInEveryShell("a visitor that is a zombie does not keep the gate", async (shell) => {
  await using stage = await Stage.open(shell);
  const parent = stage.spawn(["/bin/sh", "-c", "true & echo $!; exec /usr/bin/sleep 60"]);
  const output = parent.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value: pid } = await output.read();
  const gate = await stage.hold(1);
  await Deno.writeTextFile(`${stage.directory}/tkn-dev/visitor-x`, `${pid}`);
  assert.deepEqual(await gate.ended(), { code: 1, lines: GAVE_UP, stderr: "" });
  parent.kill(); // throws if it has ended, and with it the zombie
  await output.cancel();
  await parent.stderr.cancel();
  await parent.status;
});

testInEveryShell("TERM and INT end the gate at once and leave no process", async (shell) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using stage = await Stage.open(shell);
    const gate = await stage.hold(600);
    await gate.waits();
    gate.kill(signal);
    // A trap does not end a read of yash, so there the signal itself ends the gate.
    const trapped = shell.name !== "yash";
    const code = trapped || signal === "SIGTERM" ? 143 : 130;
    assert.deepEqual(await gate.ended(), { code, lines: [], stderr: "" });
    await until("the processes' end", async () => (await stage.processes()).length === 0);
    if (trapped) assert.equal((await stage.exec(releaseCommand("continue"))).code, 17);
  }
});

testInEveryShell(
  "a restarted gate holds again, whatever files the first one left",
  async (shell) => {
    await using stage = await Stage.open(shell);
    const first = await stage.hold();
    first.kill("SIGKILL");
    await first.ended();
    const second = await stage.hold();
    await stage.exec(releaseCommand("fail"));
    assert.equal((await second.ended()).code, 1);
    const third = await stage.hold();
    assert.equal((await stage.exec(releaseCommand("continue"))).code, 0);
    assert.equal((await third.ended()).code, 0);
  },
);

testInEveryShell("without mkfifo the gate polls a file", async (shell) => {
  const programs = without("mkfifo");
  for (const [word, code] of [["fail", 1], ["continue", 0]] as const) {
    await using stage = await Stage.open(shell, { programs });
    const gate = await stage.hold();
    assert.equal((await Deno.stat(`${stage.directory}/tkn-dev/inbox`)).isFile, true);
    assert.equal((await stage.exec(releaseCommand(word))).code, 0);
    assert.deepEqual(await gate.ended(), { code, lines: [], stderr: "" });
    const again = await stage.hold(1);
    const lines = ["tkn-dev: nobody came within 1 s, giving up"];
    assert.deepEqual(await again.ended(), { code: 1, lines, stderr: "" });
  }
}, { ignore: (shell) => shell.hasAllPrograms ?? false });

testInEveryShell("without sleep the gate holds without a watchdog", async (shell) => {
  await using stage = await Stage.open(shell, { programs: without("sleep") });
  const gate = await stage.hold(1);
  await until("only the gate runs", async () => (await stage.processes()).length === 1);
  await stage.exec(releaseCommand("continue"));
  assert.deepEqual(await gate.ended(), { code: 0, lines: [], stderr: "" });
}, { ignore: (shell) => shell.hasAllPrograms ?? false });

testInEveryShell("without mkfifo and sleep the gate says that it can't hold", async (shell) => {
  await using stage = await Stage.open(shell, { programs: without("mkfifo", "sleep") });
  const { code, lines, stderr } = await stage.start().ended();
  assert.deepEqual([code, lines], [1, []]);
  assert.match(stderr, /^tkn-dev: cannot hold this step: .* neither mkfifo nor sleep\n$/);
}, { ignore: (shell) => shell.hasAllPrograms ?? false });

testInEveryShell("a second release says that it comes too late", async (shell) => {
  await using stage = await Stage.open(shell);
  assert.equal((await stage.exec(["sh", "/tkn-dev/release"])).code !== 0, true);
  const gate = await stage.hold();
  assert.equal((await stage.exec(releaseCommand("continue"))).code, 0);
  await gate.ended();
  const late = await stage.exec(releaseCommand("continue", { results: { commit: "late" } }));
  assert.deepEqual(late, {
    code: 17,
    stdout: "",
    stderr: `${RELEASED}: continue\n`,
  });
  await assert.rejects(stage.read("results/commit"), Deno.errors.NotFound);
  const receive = receiveCommand(unpack(stage));
  assert.equal((await stage.exec(receive)).code, 17);
});

testInEveryShell("results are written byte by byte", async (shell) => {
  const results = {
    empty: "",
    quotes: `it's "this"`,
    lines: "one\ntwo\n\n",
    dollar: "$HOME $(id) `id` ${x}",
    percent: "100%s %d\\n \\",
    "dashed-name": "-n",
    "array": '["a", "*"]',
  };
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  assert.equal((await stage.exec(releaseCommand("continue", { results }))).code, 0);
  assert.equal((await gate.ended()).code, 0);
  for (const [name, value] of Object.entries(results)) {
    assert.equal(await stage.read(`results/${name}`), value);
  }
});

testInEveryShell("a result that can't be written leaves the gate held", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  await Deno.mkdir(`${stage.directory}/results/taken`);
  for (const name of ["taken", "../escaped", ".."]) {
    const { code, stderr } = await stage.exec(
      releaseCommand("continue", { results: { [name]: "x" } }),
    );
    assert.equal(code, 16);
    assert.ok(stderr.endsWith(`cannot write the result ${name}\n`), stderr);
  }
  assert.equal((await stage.exec(releaseCommand("fail"))).code, 0);
  assert.equal((await gate.ended()).code, 1);
});

testInEveryShell("on run, the gate runs the step's own work in place", async (shell) => {
  const cases = [
    {
      own: ["/usr/bin/printf", "%s|\\n", "a b", "", "$x", "*"],
      lines: ["a b|", "|", "$x|", "*|"],
      code: 0,
    },
    { script: 'echo "$#:$1"; exit 7', own: ["an arg"], lines: ["1:an arg"], code: 7 },
    { script: "false\necho not reached", own: [], lines: [], code: 1 },
    { script: "#!/usr/bin/cat\n#=> not a name\n last\t\\n\r", own: [], code: 0 },
  ];
  for (const { script, own, lines, code } of cases) {
    await using stage = await Stage.open(shell, { own: script });
    const gate = await stage.hold(0, own);
    assert.equal((await stage.exec(releaseCommand("run"))).code, 0);
    const ended = await gate.ended();
    assert.equal(ended.code, code, JSON.stringify(ended));
    assert.deepEqual(ended.lines, lines ?? `${script}`.split("\n"));
  }
});

testInEveryShell("the step has no child that it did not start", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold(600, ["/usr/bin/wc", "-w", "/proc/thread-self/children"]);
  assert.equal((await stage.exec(releaseCommand("run"))).code, 0);
  assert.deepEqual(await gate.ended(), {
    code: 0,
    lines: ["0 /proc/thread-self/children"],
    stderr: "",
  });
});

testInEveryShell(
  "the gate runs the step's own work first, in its own environment",
  async (shell) => {
    const cases: { mode: GateMode; own: string; code: number; held: boolean }[] = [
      { mode: "after", own: "umask; echo $#:$1; exit 3", code: 3, held: true },
      { mode: "after", own: "umask; echo $#:$1", code: 0, held: true },
      { mode: "failure", own: "umask; echo $#:$1; exit 3", code: 3, held: true },
      { mode: "failure", own: "umask; echo $#:$1", code: 0, held: false },
    ];
    for (const { mode, own, code, held } of cases) {
      await using stage = await Stage.open(shell, { mode, own });
      const gate = stage.start(0, ["a b"]);
      assert.equal(await gate.line(), "0022");
      assert.equal(await gate.line(), "1:a b");
      if (held) {
        assert.deepEqual(readHeldLine((await gate.line())!), {
          gate: "script",
          directory: stage.workspace,
          into: "",
          exitCode: code,
          before: "",
        });
        assert.equal((await stage.exec(releaseCommand("continue"))).code, 0);
      }
      const line = `tkn-dev: held after exit code ${code}, workspace: ${stage.workspace}\n`;
      assert.deepEqual(await gate.ended(), { code: 0, lines: [], stderr: held ? line : "" });
    }
  },
);

testInEveryShell("the work runs with the files and signals of its container", async (shell) => {
  const own = "#!/usr/bin/bash\nls -l /proc/self/fd | grep -c inbox; grep SigIgn /proc/self/status";
  for (const mode of ["after", "before"] as const) {
    await using stage = await Stage.open(shell, {
      mode,
      own,
      programs: [...GNU, "ls", "grep"],
    });
    const gate = stage.start();
    if (mode === "before") {
      await gate.line();
      await stage.exec(releaseCommand("run"));
    }
    assert.equal(await gate.line(), "0");
    const ignored = Number.parseInt((await gate.line())!.split("\t")[1], 16);
    assert.equal(ignored & ((1 << 1) | (1 << 14)), 0, "neither INT nor TERM");
    if (mode === "after") {
      await gate.line();
      await stage.exec(releaseCommand("continue"));
    }
    assert.equal((await gate.ended()).code, 0);
  }
});

testInEveryShell(
  "a last line of the work without a newline does not hide the line of the gate",
  async (shell) => {
    await using stage = await Stage.open(shell, { mode: "after", own: "printf 100%%; exit 1" });
    const gate = stage.start();
    const said = readHeldLine((await gate.line())!);
    assert.deepEqual([said?.before, said?.exitCode], ["100%", 1]);
    await stage.exec(releaseCommand("fail"));
    assert.equal((await gate.ended()).code, 1);
  },
);

testInEveryShell(
  "TERM ends the work and then the gate, with the exit code of the work",
  async (shell) => {
    for (const [own, code] of [["", 143], ["trap 'echo bye; exit 9' TERM\n", 9]] as const) {
      const script = `#!/bin/sh\n${own}echo started\nwhile :; do sleep 0.1; done`;
      await using stage = await Stage.open(shell, { mode: "after", own: script });
      const gate = stage.start(600, [], { grouped: true });
      assert.equal(await gate.line(), "started");
      assert.equal((await stage.exec(releaseCommand("continue"))).code, 22);
      assert.match(
        (await stage.exec(releaseCommand("continue"))).stderr,
        /^the gate does not hold yet: /,
      );
      gate.kill("SIGTERM");
      const ended = await gate.ended();
      assert.deepEqual([ended.code, ended.lines], [code, code === 9 ? ["bye"] : []]);
      await until("the processes' end", async () => (await stage.processes()).length === 0);
    }
  },
);

testInEveryShell("the step ends with the right exit code", async (shell) => {
  // The exit codes of the work and of the last debug-run, the given one, and the result.
  const table: [number | undefined, number | undefined, number | undefined, number, number][] = [
    [undefined, undefined, undefined, 0, 1],
    [undefined, 3, undefined, 3, 3],
    [undefined, 0, undefined, 0, 1],
    [undefined, 3, 0, 0, 0],
    [undefined, 3, 7, 7, 7],
    [5, undefined, undefined, 0, 5],
    [5, 3, undefined, 3, 5],
    [5, 0, undefined, 0, 5],
    [0, 3, undefined, 3, 3],
    [0, undefined, 255, 255, 255],
  ];
  for (const [own, ran, exitCode, continued, failed] of table) {
    for (const [word, code] of [["continue", continued], ["fail", failed]] as const) {
      await using stage = await Stage.open(shell, {
        mode: own === undefined ? "before" : "after",
        own: `exit ${own}`,
      });
      const gate = await stage.hold();
      if (ran !== undefined) {
        await Deno.writeTextFile(`${stage.directory}/tkn-dev/exit`, `${ran}\n`);
      }
      const told = await stage.exec(releaseCommand(word, { exitCode, results: { a: "b" } }));
      const note = word === "continue" && exitCode === undefined && ran
        ? `the step ends with exit code ${ran}, as its last debug-run; debug-continue 0 counts its work as done\n`
        : "";
      assert.deepEqual(told, { code: 0, stdout: "", stderr: note });
      assert.equal((await gate.ended()).code, code, `${word}: ${[own, ran, exitCode]}`);
      assert.equal(await stage.read("results/a"), "b");
    }
  }
});

testInEveryShell("an invalid exit code is refused, and the gate keeps holding", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  for (const code of ["256", "x", "", "-1", "1000"]) {
    const told = await stage.exec(["/bin/sh", "/tkn-dev/release", "continue", code]);
    assert.deepEqual(told, { code: 2, stdout: "", stderr: `${code}: not an exit code\n` });
  }
  assert.equal((await stage.exec(["/bin/sh", "/tkn-dev/debug-continue", "1", "2"])).code, 2);
  assert.equal((await stage.exec(releaseCommand("continue", { exitCode: 8 }))).code, 0);
  assert.equal((await gate.ended()).code, 8);
});

testInEveryShell("another container of the pod is refused", async (shell) => {
  await using stage = await Stage.open(shell, { secret: ["TOKEN"] });
  await stage.becomes("/tekton/bin/entrypoint\0-wait_file\0/tekton/run/0\0-entrypoint\0sh\0secret");
  const gate = await stage.hold(0, ["true"]);
  assert.equal((await stage.exec(stillHeldCommand())).code, 0);
  assert.doesNotMatch(await stage.read("tkn-dev/container"), /secret/);
  await stage.becomes("/tekton/bin/entrypoint\0-wait_file\0/tekton/run/1\0-entrypoint\0sh\0secret");
  const refusal =
    "this is not the held step's container: step compile holds, in container step-compile\n";
  const commands = [
    releaseCommand("continue"),
    releaseCommand("fail"),
    receiveCommand(unpack(stage)),
    stillHeldCommand(),
    ["/bin/sh", "/tkn-dev/debug-run"],
  ];
  for (const command of commands) {
    const { code, stderr } = await stage.exec(command);
    assert.deepEqual({ code, stderr }, { code: 18, stderr: refusal });
  }
  await Deno.remove(`${stage.directory}/cmdline`);
  assert.equal((await stage.exec(stillHeldCommand())).code, 18);
  await stage.becomes("/tekton/bin/entrypoint\0-wait_file\0/tekton/run/0\0-entrypoint\0sh\0secret");
  assert.equal((await stage.exec(releaseCommand("continue"))).code, 0);
  assert.equal((await gate.ended()).code, 0);
  assert.equal((await stage.exec(stillHeldCommand())).code, 1);
}, { ignore: ({ name }) => name === "yash" }); // its read ends at a NUL, so that all containers look the same

testInEveryShell("a gate takes over from an earlier one of another user", async (shell) => {
  for (const users of [[undefined, "nobody"], ["nobody", undefined]] as const) {
    await using stage = await Stage.open(shell, { own: "echo one; exit 4" });
    const [first, second] = users.map((user) => ({ user, env: { TOKEN: "hidden" } }));
    await stage.becomes("first");
    const one = await stage.hold(0, ["first's argument"], first);
    assert.match(await stage.read("tkn-dev/environment"), /hidden/);
    await Deno.writeTextFile(`${stage.directory}/tkn-dev/exit`, "3\n");
    await Deno.writeTextFile(`${stage.directory}/tkn-dev/edited`, "echo edited\n");
    await Deno.writeTextFile(`${stage.directory}/tkn-dev/header`, "first\n");
    await stage.exec(releaseCommand("fail"), undefined, first);
    assert.equal((await one.ended()).code, 3);
    assert.equal(await stage.read("tkn-dev/environment"), "");
    assert.equal(await stage.read("tkn-dev/words"), "");
    await stage.step({ step: "test", mode: "after", carries: false });
    await stage.becomes("second");
    const two = stage.start(0, ["/usr/bin/printf", "%s\n", "a b"], second);
    assert.equal(await two.line(), "a b");
    assert.match((await two.line())!, /^tkn-dev: held after exit code 0, /);
    for (const name of ["exit", "edited", "header"]) {
      assert.equal(await stage.read(`tkn-dev/${name}`), "");
    }
    const told = await stage.exec(releaseCommand("run"), undefined, second);
    assert.deepEqual(told, { code: 0, stdout: "", stderr: "" });
    const { stderr, ...end } = await two.ended();
    assert.deepEqual(end, { code: 0, lines: ["a b"] });
    assert.match(stderr, /^tkn-dev: held after exit code 0, .*\n$/);
    await stage.step({ step: "third", carries: false, own: "echo $1" });
    await stage.becomes("third");
    const three = await stage.hold(0, ["x"], first);
    await stage.exec(releaseCommand("run"), undefined, first);
    assert.deepEqual(await three.ended(), { code: 0, lines: ["x"], stderr: "" });
  }
}, { ignore: () => !isRoot });

testInEveryShell(
  "on run, the gate runs an edited script in place of the original",
  async (shell) => {
    for (const own of ["echo own", undefined]) {
      await using stage = await Stage.open(shell, { own });
      const gate = await stage.hold(0, ["/usr/bin/printf"]);
      await Deno.writeTextFile(
        `${stage.directory}/tkn-dev/edited`,
        '#!/bin/sh\necho "edited $*"\n',
      );
      await stage.exec(releaseCommand("run"));
      assert.deepEqual((await gate.ended()).lines, ["edited /usr/bin/printf"]);
    }
  },
);
