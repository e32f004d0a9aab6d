import assert from "node:assert/strict";
import { releaseCommand, turnCommand } from "../../src/step/scripts.ts";
import { by, bytes, GNU, type Shell, Stage, testInEveryShell, until } from "./stage.ts";

/** A turn in the stage, whose stdin the test writes. */
function startTurn(stage: Stage, command = turnCommand()) {
  const child = stage.run(command);
  const stdin = child.stdin.getWriter();
  const [stdout, stderr] = [child.stdout, child.stderr].map((one) => new Response(one).text());
  return {
    /** It may have ended already. */
    say: (line: string) => stdin.write(bytes(`${line}\n`)).catch(() => {}),
    close: () => stdin.close().catch(() => {}),
    async ended() {
      const { code } = await child.status;
      await stdin.close().catch(() => {});
      return { code, stdout: await stdout, stderr: await stderr };
    },
  };
}

async function turn(stage: Stage, command = turnCommand()) {
  const started = startTurn(stage, command);
  await started.say("go");
  return await started.ended();
}

testInEveryShell(
  "a turn does the step's work, plain, each time that the client asks",
  async (shell) => {
    await using stage = await Stage.open(shell, {
      own: by(shell, 'echo "1:$1"; echo 2 >&2; exit 3'),
    });
    const gate = await stage.hold(0, ["an arg"]);
    for (const _ of [1, 2]) {
      assert.deepEqual(await turn(stage), { code: 3, stdout: "1:an arg\n", stderr: "2\n" });
      assert.equal(await stage.read("tkn-dev/exit"), "3\n");
    }
    await stage.exec(releaseCommand("continue"));
    assert.equal((await gate.ended()).code, 3);
  },
);

testInEveryShell("a turn with a trace shows the work", async (shell) => {
  await using stage = await Stage.open(shell, { own: by(shell, "echo out") });
  await stage.hold();
  const { code, stdout, stderr } = await turn(stage, turnCommand({ trace: true }));
  assert.deepEqual([code, stdout], [0, "out\n"]);
  assert.match(stderr, /Script: .*\n[^]*echo out[^]*\nExit code: {2}0/);
});

testInEveryShell("joined output has the lines in their order", async (shell) => {
  await using stage = await Stage.open(shell, { own: by(shell, "echo 1; echo 2 >&2; echo 3") });
  await stage.hold();
  const ran = await turn(stage, turnCommand({ joined: true }));
  assert.deepEqual(ran, { code: 0, stdout: "1\n2\n3\n", stderr: "" });
});

testInEveryShell("a turn masks secrets in both outputs", async (shell) => {
  const own = by(shell, 'echo "out $TOKEN"; echo "err $TOKEN" >&2; exit 4');
  await using stage = await Stage.open(shell, { own, secret: ["TOKEN"] });
  await stage.hold(0, [], { env: { TOKEN: "hunter22" } });
  assert.deepEqual(await turn(stage), { code: 4, stdout: "out ***\n", stderr: "err ***\n" });
});

testInEveryShell("each turn begins with the results of before the first one", async (shell) => {
  await using stage = await Stage.open(shell);
  const results = `${stage.directory}/results`;
  const own = by(
    shell,
    `cd '${results}'; for f in *; do read -r t <$f; echo "$f=$t"; done
echo mine >own; echo changed >earlier`,
  );
  await stage.step({ own });
  await Deno.writeTextFile(`${results}/earlier`, "as it was\n");
  await stage.hold();
  for (const _ of [1, 2]) {
    const { code, stdout, stderr } = await turn(stage);
    assert.deepEqual([code, stdout], [0, "earlier=as it was\n"], stderr);
    assert.equal(stderr, "Result:     earlier=changed\nResult:     own=mine\n");
  }
});

/** A process that is killed. What it has started may still hold its output. */
function disposable(child: Deno.ChildProcess): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      child.kill();
      await Promise.all([child.stdin.close(), child.stdout.cancel(), child.stderr.cancel()]);
      await child.status;
    },
  };
}

/** Holds the step, begins a turn, and waits until so many sleepers run. */
async function begunTurn(stage: Stage, sleeping: number) {
  await stage.hold();
  const started = startTurn(stage);
  await started.say("go");
  await until("the work", async () => (await sleepers(stage)).length === sleeping);
  return started;
}

const sleepers = async (stage: Stage) =>
  (await stage.processes()).filter((line) => line.includes("sleep 98"));

/** Shell text that waits until a background process is the program `sleep`, no longer a shell. */
const untilSleeps = (pid: string) =>
  `until { read -r t </proc/${pid}/comm; } 2>/dev/null && [ "$t" = sleep ]; do :; done`;

testInEveryShell("processes that the work left running are ended, and named", async (shell) => {
  const sleeps = (seconds: number) => `sleep ${seconds} &\n${untilSleeps("$!")}\n`;
  await using stage = await Stage.open(shell, {
    own: by(shell, `${sleeps(987)}${sleeps(988)}exit 5`),
  });
  await stage.hold();
  const { code, stderr } = await turn(stage);
  assert.equal(code, 5);
  assert.equal(stderr, "Ended:      sleep, sleep, which the work left running\n");
  assert.deepEqual(await sleepers(stage), []);
});

testInEveryShell("so are those with masked output, and those in another session", async (shell) => {
  const own = by(shell, "echo x; setsid sleep 987 & exit 0");
  await using stage = await Stage.open(shell, {
    own,
    secret: ["TOKEN"],
    programs: [...GNU, "setsid"],
  });
  await stage.hold(0, [], { env: { TOKEN: "hunter22" } });
  const { code, stdout } = await turn(stage);
  assert.deepEqual([code, stdout], [0, "x\n"]);
});

testInEveryShell("one that holds the output in another session is ended", async (shell) => {
  const own = by(
    shell,
    `setsid sleep 987 &\npid=$!\nwait $pid 2>/dev/null &\n${untilSleeps("$pid")}\nexit 0`,
  );
  await using stage = await Stage.open(shell, { own, programs: [...GNU, "setsid"] });
  await stage.hold();
  const { code, stderr } = await turn(stage);
  assert.equal(code, 0);
  assert.match(stderr, /^Ended: {6}(.*, )?sleep/);
  assert.deepEqual(await sleepers(stage), []);
});

/** A daemon has no parent, its own session, and none of the output. Waits until it is all that. */
const daemon = (shell: Shell, seconds: number) =>
  `(setsid ${shell.argv.join(" ")} -c 'echo $$ >"$PID"; exec sleep ${seconds}' \\
    </dev/null >/dev/null 2>&1 &)
until { read -r pid <"$PID"; } 2>/dev/null; do :; done
${untilSleeps("$pid")}`;

testInEveryShell(
  "a daemon that the work leaves is ended, but none of a user's shell",
  async (shell) => {
    const own = by(shell, `until [ -e "$PID.user" ]; do :; done\n${daemon(shell, 987)}\nexit 6`);
    await using stage = await Stage.open(shell, { own, programs: [...GNU, "setsid"] });
    const env = { PID: `${stage.directory}/pid` };
    await stage.hold(0, [], { env });
    const started = startTurn(stage);
    await started.say("go");
    const users = `PID=$PID.user; ${daemon(shell, 988)}; exec sleep 989`;
    await using _shell = disposable(stage.run(["/bin/sh", "-c", users], { env }));
    const { code, stderr } = await started.ended();
    assert.equal(code, 6);
    // The subshell of yash may be there still.
    assert.match(stderr, /^Ended: {6}(yash, )?sleep, which the work left running\n$/);
    const left = async () =>
      (await stage.processes()).flatMap((line) => /^\d+ sleep (98\d)/.exec(line)?.[1] ?? []).sort();
    await until("the user's processes", async () => (await left()).length >= 2);
    assert.deepEqual(await left(), ["988", "989"]);
  },
);

for (const how of ["stop", "the end of stdin"]) {
  testInEveryShell(`${how} ends the work and all that it started`, async (shell) => {
    const own = by(shell, "echo begun; sleep 987 & sleep 988");
    await using stage = await Stage.open(shell, { own });
    const started = await begunTurn(stage, 2);
    if (how === "stop") await started.say("stop");
    else await started.close();
    const { code, stdout, stderr } = await started.ended();
    assert.equal(stdout, "begun\n");
    assert.doesNotMatch(stderr, /Ended/);
    assert.ok([143, 137].includes(code), `${code} ${stderr}`);
    assert.deepEqual(await sleepers(stage), []);
  });
}

testInEveryShell("work that ends well when it is stopped does not count as done", async (shell) => {
  const own = by(shell, "trap 'exit 0' TERM; echo begun >/dev/null; sleep 987 & wait");
  await using stage = await Stage.open(shell, { own });
  const started = await begunTurn(stage, 1);
  await started.say("stop");
  assert.equal((await started.ended()).code, 143);
  assert.equal(await stage.read("tkn-dev/exit"), "143\n");
});

testInEveryShell("work that ignores TERM is killed", async (shell) => {
  const own = by(shell, "trap '' TERM; sleep 987; sleep 988");
  await using stage = await Stage.open(shell, { own });
  const started = await begunTurn(stage, 1);
  await started.say("stop");
  assert.notEqual((await started.ended()).code, 0);
  assert.deepEqual(await sleepers(stage), []);
});

testInEveryShell(
  "a turn that is not begun does nothing, and keeps the gate",
  async (shell: Shell) => {
    await using stage = await Stage.open(shell, { own: by(shell, "echo no") });
    await stage.hold();
    const waiting = startTurn(stage);
    await waiting.say("");
    await until("the visit", async () => await stage.read("tkn-dev/visited") === ".");
    await waiting.close();
    assert.deepEqual(await waiting.ended(), { code: 0, stdout: "", stderr: "" });
    const other = startTurn(stage);
    await other.say("stop");
    assert.deepEqual(await other.ended(), { code: 0, stdout: "", stderr: "" });
    await stage.exec(releaseCommand("continue"));
    assert.equal((await turn(stage)).code, 17);
  },
);

testInEveryShell(
  "a turn names the others who work at the step, each of them once",
  async (shell) => {
    await using stage = await Stage.open(shell, { own: by(shell, "echo done") });
    await stage.hold();
    const as = (user: string) => turnCommand({ joined: true, by: { name: user, user } });
    const bob = startTurn(stage, as("bob"));
    const isHere = async () => (await stage.read("tkn-dev/visitor-bob")).includes("bob watches");
    await until("bob waits", () => isHere().catch(() => false));
    const { stdout } = await turn(stage, as("ada"));
    assert.match(stdout, /^Note: bob watches this step too(, since \d\d:\d\d)?\ndone\n$/);
    assert.equal((await turn(stage, as("ada"))).stdout, "done\n");
    await bob.say("go");
    assert.equal((await bob.ended()).stdout, "done\n"); // ada's turns have ended
    assert.match((await turn(stage, as("eve"))).stdout, /^done\n$/);
  },
);
