import assert from "node:assert/strict";
import { plainShellCommand, releaseCommand, shellCommand } from "../../src/step/scripts.ts";
import { requestMark } from "../../src/step/protocol/listen.ts";
import { TerminalSession } from "../support/terminal_session.ts";
import { Listener } from "./listener.ts";
import { bytes, GNU, NO_TERMINAL, soon, Stage, testInEveryShell, until } from "./stage.ts";

const OPTIONS = { name: "a/s", term: "dumb", user: "ada", channel: "c4n3l", header: "" };

/** Without a terminal, an interactive shell reads its commands from stdin. */
async function withoutTerminal(stage: Stage) {
  const path = `${stage.directory}/tkn-dev/shell`;
  await Deno.writeTextFile(path, (await stage.read("tkn-dev/shell")).replaceAll(" -i", ""));
}

let channels = 0;

/** A shell that stays open until the test closes it. */
async function open(stage: Stage, options: Partial<typeof OPTIONS> = {}) {
  const channel = `c${++channels}`;
  const child = stage.run(shellCommand({ ...OPTIONS, channel, ...options }));
  const input = child.stdin.getWriter();
  await input.write(bytes("echo is open\n"));
  let stdout = "";
  const reading = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (stdout += text) }),
  );
  const stderr = new Response(child.stderr).text();
  await until("the shell", () => Promise.resolve(stdout.includes("is open\n")));
  return {
    stdout: () => stdout,
    stderr,
    kill: () => child.kill("SIGKILL"),
    async close() {
      await input.close().catch(() => {});
      await reading;
      await stderr;
      await child.status;
    },
  };
}

testInEveryShell("a shell says what holds, and has the debug scripts", async (shell) => {
  for (const programs of [GNU, [...GNU, "bash", "date"]]) {
    await using stage = await Stage.open(shell, { own: "echo own", programs });
    await stage.hold();
    await withoutTerminal(stage);
    const header = "Run:        x\nHeld:       y";
    const typed = 'echo "$TERM $TKN_DEV_CHANNEL"\ndebug-run\necho $?\n';
    const ran = await stage.exec(shellCommand({ ...OPTIONS, header }), bytes(typed));
    const said = `${header}\nDirectory:  /\nScript:     /bin/sh\n` +
      "   1  #!/bin/sh\n   2  set -e\n   3  echo own\n";
    assert.equal(ran.stdout, `${said}dumb c4n3l\nown\n0\n`, ran.stderr);
    assert.match(ran.stderr, /^Directory: {2}\//);
    const again = await stage.exec(shellCommand(OPTIONS), bytes(""));
    assert.equal(again.stdout, said, "what holds is still told");
  }
});

testInEveryShell(
  "the gate does not give up while the client of a shell is alive, but it does afterwards",
  async (shell) => {
    await using stage = await Stage.open(shell);
    const gate = await stage.hold(4);
    await withoutTerminal(stage);
    const listener = new Listener(stage, OPTIONS.channel);
    assert.equal(await listener.hears(), "listening");
    const here = listener.staysHere();
    const ran = await stage.exec(shellCommand(OPTIONS), bytes("sleep 7; echo still $TERM\n"));
    assert.match(ran.stdout, /^still dumb$/m, ran.stderr);
    here[Symbol.dispose]();
    const stalled = await open(stage, { channel: OPTIONS.channel }); // and its client falls silent
    const { code, lines } = await gate.ended();
    assert.deepEqual([code, lines], [1, ["tkn-dev: nobody came within 4 s, giving up"]]);
    await listener.ends();
    await stalled.close();
  },
);

testInEveryShell(
  "a shell names the others who have one",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: [...GNU, "date"] });
    const gate = await stage.hold();
    await withoutTerminal(stage);
    await Deno.writeTextFile(`${stage.directory}/tkn-dev/visitor-x`, "4194304 nobody any more\n");
    const first = await open(stage);
    const second = await open(stage, { user: "grace hopper" });
    assert.doesNotMatch(first.stdout(), /Note/);
    assert.match(second.stdout(), /^Note: ada has a shell here too, since \d\d:\d\d\n[^N]*$/);
    await first.close();
    const third = await open(stage);
    assert.match(
      third.stdout(),
      /^Note: grace hopper has a shell here too, since \d\d:\d\d\n[^N]*$/,
    );
    await third.close();
    await second.close();
    await stage.exec(releaseCommand("continue"));
    await gate.ended();
  },
);

testInEveryShell("a shell has its prompt even if no script holds the step", async (shell) => {
  await using stage = await Stage.open(shell);
  const [sh, c, script, ...args] = plainShellCommand({ name: "a/s", term: "dumb" });
  const plain = script.replaceAll(" -i", "");
  const ran = await stage.exec([sh, c, plain, ...args], bytes('echo "$PS1$TERM"\nexit 4\n'));
  assert.deepEqual(ran, { code: 4, stdout: "[a/s] $ dumb\n", stderr: "" });
});

testInEveryShell("leftover visitors of an earlier gate do not count", async (shell) => {
  await using stage = await Stage.open(shell);
  await Deno.writeTextFile(`${stage.directory}/tkn-dev/visitor-x`, `${Deno.pid} ada\n`);
  const gate = await stage.hold();
  assert.equal(await stage.read("tkn-dev/visitor-x"), "");
  await stage.exec(releaseCommand("continue"));
  await gate.ended();
});

/** Waits until the shell takes commands. Some shells ignore PS1. */
async function ready(session: TerminalSession) {
  await session.type("echo re''ady\r");
  await session.until(/ready/);
}

const filesOf = async ({ directory }: Stage, channel: string) =>
  (await Array.fromAsync(Deno.readDir(`${directory}/tkn-dev`), ({ name }) => name))
    .filter((name) => name.endsWith(`-${channel}`));

/** States of a shell: at its prompt, in a command, in a debug-run, and ignoring signals. */
const TYPED = ["", "sleep 97\r", "debug-run\r", "trap '' HUP\r"];

testInEveryShell(
  "a shell in a terminal ends with its listener, and the gate gives up after it",
  async (shell) => {
    for (const programs of [GNU, [...GNU, "bash"]]) {
      for (const typed of programs === GNU ? TYPED : TYPED.slice(1, 2)) {
        await using stage = await Stage.open(shell, { own: "sleep 97", programs });
        const gate = await stage.hold(1);
        const listener = new Listener(stage, OPTIONS.channel);
        assert.equal(await listener.hears(), "listening");
        const here = listener.staysHere();
        await using session = new TerminalSession(await stage.commandLine(shellCommand(OPTIONS)));
        await soon("the shell", ready(session));
        await session.type(typed);
        if (/sleep|debug/.test(typed)) {
          await until("the command", async () => (await stage.processes()).some(isSleep97));
        } else if (typed !== "") {
          await soon("the shell again", ready(session));
        }
        here[Symbol.dispose]();
        assert.equal(await listener.ends(), 0);
        assert.deepEqual(await filesOf(stage, OPTIONS.channel), []);
        await assert.rejects(soon("the shell's end", session.until(/never/)), /ended without/);
        assert.equal((await gate.ended()).code, 1);
        await until("the processes' end", async () => (await stage.processes()).length === 0);
      }
    }
  },
  NO_TERMINAL,
);

const isSleep97 = (process: string) => / \S*sleep 97 $/.test(process);

testInEveryShell("without mkfifo a shell ends with its listener, too", async (shell) => {
  await using stage = await Stage.open(shell, {
    programs: GNU.filter((name) => name !== "mkfifo"),
  });
  await stage.hold();
  const listener = new Listener(stage, OPTIONS.channel);
  assert.equal(await listener.hears(), "no");
  await using session = new TerminalSession(await stage.commandLine(shellCommand(OPTIONS)));
  await soon("the shell", ready(session));
  await listener.ends();
  await assert.rejects(soon("the shell's end", session.until(/never/)), /ended without/);
}, { ignore: (shell) => NO_TERMINAL.ignore() || (shell.hasAllPrograms ?? false) });

testInEveryShell("a shell that starts after the end of its listener exits", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold(1);
  const here = stage.visits();
  await withoutTerminal(stage);
  const listener = new Listener(stage, OPTIONS.channel);
  await listener.hears();
  assert.equal(await listener.ends(), 0);
  const late = await stage.exec(shellCommand(OPTIONS), bytes("echo late\n"));
  here[Symbol.dispose]();
  assert.deepEqual(late, { code: 129, stdout: "", stderr: "" });
  assert.equal((await gate.ended()).code, 1);
});

testInEveryShell("a shell opens while its listener is about to write its file", async (shell) => {
  await using stage = await Stage.open(shell);
  await stage.hold();
  await withoutTerminal(stage);
  await Deno.writeTextFile(`${stage.directory}/tkn-dev/listener-${OPTIONS.channel}`, "");
  const { code } = await stage.exec(shellCommand(OPTIONS), bytes("exit 5\n"));
  assert.equal(code, 5);
});

testInEveryShell("the listener of a closed shell finds nothing to end", async (shell) => {
  await using stage = await Stage.open(shell);
  await stage.hold();
  await withoutTerminal(stage);
  const listener = new Listener(stage, OPTIONS.channel);
  await listener.hears();
  const { code } = await stage.exec(shellCommand(OPTIONS), bytes("exit 5\n"));
  assert.equal(code, 5);
  assert.equal(await listener.ends(), 0);
  assert.deepEqual(await filesOf(stage, OPTIONS.channel), []);
});

testInEveryShell("a shell that was killed does not keep the gate", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold(1);
  const here = stage.visits();
  await withoutTerminal(stage);
  const first = await open(stage);
  here[Symbol.dispose]();
  first.kill();
  await first.close();
  assert.equal((await gate.ended()).code, 1);
});

testInEveryShell(
  "in a terminal, debug-run marks its output before each request",
  async (shell) => {
    await using stage = await Stage.open(shell, { own: "echo own" });
    const gate = await stage.hold();
    const listener = new Listener(stage, OPTIONS.channel);
    assert.equal(await listener.hears(), "listening");
    await using session = new TerminalSession(await stage.commandLine(shellCommand(OPTIONS)));
    await soon("the shell", ready(session));
    await session.type("debug-run --edit\r");
    const mark = RegExp.escape(requestMark(OPTIONS.channel));
    await soon("the mark", session.until(new RegExp(`debug-run --edit[^]*${mark}`)));
    assert.equal(await listener.hears(), "edit");
    await listener.says("ready");
    await soon("the mark", session.until(new RegExp(`own[^]*Exit code: +0[^\n]*\n${mark}`)));
    assert.equal(await listener.hears(), "ran 0");
    await listener.says("done");
    await stage.exec(releaseCommand("continue"));
    await gate.ended();
    await listener.ends();
  },
  NO_TERMINAL,
);
