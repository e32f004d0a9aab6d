import assert from "node:assert/strict";
import {
  HELD_PREFIX,
  receiveCommand,
  releaseCommand,
  shellCommand,
} from "../../src/step/scripts.ts";
import { GNU, Stage, testInEveryShell, until } from "./stage.ts";

const without = (...names: string[]) => GNU.filter((name) => !names.includes(name));

testInEveryShell("the gate says one line, holds, and ends as the word says", async (shell) => {
  for (const [word, code] of [["continue", 0], ["fail", 1]] as const) {
    await using stage = await Stage.open(shell);
    const gate = stage.start();
    assert.equal(await gate.line(), HELD_PREFIX + stage.workspace);
    assert.equal((await stage.exec(releaseCommand(word))).code, 0);
    assert.deepEqual(await gate.ended(), { code, lines: [], stderr: "" });
  }
});

testInEveryShell("the gate unpacks the other scripts as they are", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  const script = await stage.read("scripts/script-0-x7k2p");
  const payload = script.slice(script.indexOf("#=> receive"));
  const names = [...payload.matchAll(/^#=> (.*)$/gm)].map(([, name]) => name);
  assert.deepEqual(names, [
    "receive",
    "release",
    "debug-run",
    "debug-continue",
    "debug-fail-continue",
  ]);
  const unpacked = await Promise.all(
    names.map(async (name) => `#=> ${name}\n${await stage.read(`tkn-dev/${name}`)}`),
  );
  assert.equal(unpacked.join(""), payload);
  assert.equal(await stage.read("tkn-dev/workspace"), `${stage.workspace}\n`);
  await stage.exec(releaseCommand("continue"));
  await gate.ended();
});

for (const [name, code] of [["debug-continue", 0], ["debug-fail-continue", 1]] as const) {
  testInEveryShell(`${name} can be called by its name, and lets the step go`, async (shell) => {
    await using stage = await Stage.open(shell);
    const gate = await stage.hold();
    const { mode } = await Deno.stat(`${stage.directory}/tkn-dev/${name}`);
    assert.equal(mode! & 0o111, 0o111);
    assert.equal((await stage.exec(["/bin/sh", `/tkn-dev/${name}`])).code, 0);
    assert.equal((await gate.ended()).code, code);
  });
}

testInEveryShell(
  "the gate does not give up while a shell is open, and does after it",
  async (shell) => {
    await using stage = await Stage.open(shell);
    const gate = await stage.hold(1);
    const [, , script, , ...args] = shellCommand("a/s", "dumb");
    // No terminal here: what would be interactive reads its commands from stdin.
    const plain = script.replaceAll(" -i", "").replaceAll("/tkn-dev", `${stage.directory}/tkn-dev`);
    const path = `${stage.directory}/scripts/shell`;
    await Deno.writeTextFile(path, plain);
    const typed = new TextEncoder().encode("sleep 3; echo still $TERM\n");
    const ran = await stage.exec(["/bin/sh", path, ...args], typed);
    assert.equal(ran.stdout, "still dumb\n", ran.stderr);
    assert.equal((await gate.ended()).code, 1);
  },
);

testInEveryShell("the gate gives up where nobody comes, and leaves no process", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold(1);
  assert.deepEqual(await gate.ended(), {
    code: 1,
    lines: ["tkn-dev: nobody came within 1 s, giving up"],
    stderr: "",
  });
  await until("the processes' end", async () => (await stage.processes()).length === 0);
});

testInEveryShell("who receives stops the watchdog, who fails starts it again", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold(600);
  // The watchdog is a fork of the gate, with its command line.
  const gates = async () =>
    (await stage.processes()).filter((process) => process.includes(stage.script)).length;
  await until("the watchdog", async () => await gates() === 2);
  const uploads = new TransformStream<Uint8Array>();
  const receiving = stage.exec(
    receiveCommand({ directory: ".", results: {}, program: ["tar"] }),
    uploads.readable,
  );
  await until("the watchdog's end", async () => await gates() === 1);
  await uploads.writable.close();
  await receiving;
  await until("the watchdog's return", async () => await gates() === 2);
  await stage.exec(releaseCommand("continue"));
  assert.equal((await gate.ended()).code, 0);
  await until("the processes' end", async () => (await stage.processes()).length === 0);
});

testInEveryShell("TERM and INT end the gate at once and leave no process", async (shell) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using stage = await Stage.open(shell);
    const gate = await stage.hold(600);
    gate.kill(signal);
    // A trap would not end yash's read, so there the signal itself ends the gate.
    const trapped = shell.name !== "yash";
    const code = trapped || signal === "SIGTERM" ? 143 : 130;
    assert.deepEqual(await gate.ended(), { code, lines: [], stderr: "" });
    await until("the processes' end", async () => (await stage.processes()).length === 0);
    if (trapped) assert.equal((await stage.exec(releaseCommand("continue"))).code, 17);
  }
});

testInEveryShell("a restarted gate holds again, whatever the first one left", async (shell) => {
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
});

testInEveryShell("without mkfifo the gate polls a file", async (shell) => {
  const programs = without("mkfifo");
  for (const [word, code] of [["fail", 1], ["continue", 0]] as const) {
    await using stage = await Stage.open(shell, { programs });
    const gate = await stage.hold();
    assert.equal((await Deno.stat(`${stage.directory}/tkn-dev/gate`)).isFile, true);
    assert.equal((await stage.exec(releaseCommand(word))).code, 0);
    assert.deepEqual(await gate.ended(), { code, lines: [], stderr: "" });
    const again = await stage.hold(1);
    const lines = ["tkn-dev: nobody came within 1 s, giving up"];
    assert.deepEqual(await again.ended(), { code: 1, lines, stderr: "" });
  }
}, { ignore: (shell) => shell.hasAllPrograms ?? false });

testInEveryShell("without sleep the gate holds with no watchdog", async (shell) => {
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
  const late = await stage.exec(releaseCommand("continue", { commit: "late" }));
  assert.deepEqual(late, {
    code: 17,
    stdout: "",
    stderr: "the gate has let go already: continue\n",
  });
  await assert.rejects(stage.read("results/commit"), Deno.errors.NotFound);
  const receive = receiveCommand({ directory: ".", results: {}, program: ["tar"] });
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
  assert.equal((await stage.exec(releaseCommand("continue", results))).code, 0);
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
    const { code, stderr } = await stage.exec(releaseCommand("continue", { [name]: "x" }));
    assert.equal(code, 16);
    assert.ok(stderr.endsWith(`cannot write the result ${name}\n`), stderr);
  }
  assert.equal((await stage.exec(releaseCommand("fail"))).code, 0);
  assert.equal((await gate.ended()).code, 1);
});

testInEveryShell(
  "debug-run does the step's own work, shows it, and may do it again",
  async (shell) => {
    const cases = [
      {
        own: ["/usr/bin/printf", "%s|\\n", "a 'b'", "", "$x", "*", "two\nlines"],
        stdout: "a 'b'|\n|\n$x|\n*|\ntwo\nlines|\n",
        stderr: /^In: \/\nArguments: '\/usr\/bin\/printf' [^]*\nExit code 0( after \d+ s)?\n$/,
        code: 0,
      },
      {
        script: 'echo "$#:$1"\nfalse\necho not reached',
        own: ["an arg"],
        stdout: "1:an arg\n",
        stderr:
          /^ {3}1 {2}#!\/bin\/sh\n {3}2 {2}set -e\n {3}3 {2}echo [^]*^\+( line 4:)? false\nExit code 1( after \d+ s)?\n$/m,
        code: 1,
      },
      {
        script: "#!/usr/bin/cat\nnot traced",
        own: [],
        stdout: "#!/usr/bin/cat\nnot traced\n",
        stderr: /^ {3}2 {2}not traced\nExit code 0( after \d+ s)?\n$/m,
        code: 0,
      },
    ];
    for (const { script, own, stdout, stderr, code } of cases) {
      await using stage = await Stage.open(shell, { original: script });
      const gate = await stage.hold(0, own);
      for (const _ of [1, 2]) {
        const ran = await stage.exec(["/bin/sh", "/tkn-dev/debug-run"]);
        assert.deepEqual([ran.code, ran.stdout], [code, stdout], ran.stderr);
        assert.match(ran.stderr, stderr);
      }
      await Deno.writeTextFile(`${stage.directory}/results/commit`, "abc");
      const { stderr: shown } = await stage.exec(["/bin/sh", "/tkn-dev/debug-run"]);
      assert.match(shown, /Exit code \d+( after \d+ s)?\nResult commit: abc\n$/);
      assert.equal((await stage.exec(releaseCommand("continue"))).code, 0);
      assert.equal((await gate.ended()).code, 0);
    }
  },
);

testInEveryShell("told to run, the gate does the step's own work in its place", async (shell) => {
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
    await using stage = await Stage.open(shell, { original: script });
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
