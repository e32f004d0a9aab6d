import assert from "node:assert/strict";
import { infoCommand, releaseCommand, stillHeldCommand } from "../../src/step/scripts.ts";
import { TerminalSession } from "../support/terminal_session.ts";
import { missing } from "../support/tools.ts";
import {
  by,
  debugRun,
  GNU,
  NO_TERMINAL,
  RELEASED,
  type Shell,
  SHELLS,
  soon,
  Stage,
  testInEveryShell,
  until,
} from "./stage.ts";

/** Debian builds dash without LINENO. */
const failed = (shell: Shell, number: number, line: string, trace = line) =>
  `Failed:     ${shell.name === "dash" ? trace : `line ${number}: ${line}`}\n`;

/** Some shells have printf built in. */
const withoutTime = (text: string) => text.replace(/ after \d+ s$/m, "");

testInEveryShell(
  "debug-run runs a command, and shows it as a user would type it",
  async (shell) => {
    await using stage = await Stage.open(shell, { programs: [...GNU, "date"] });
    const own = ["/usr/bin/printf", "%s|\\n", "a 'b'", "", "$x", "*", "two\nlines"];
    const gate = await stage.hold(0, own);
    for (const _ of [1, 2]) {
      const ran = await stage.exec(debugRun());
      assert.deepEqual([ran.code, ran.stdout], [0, "a 'b'|\n|\n$x|\n*|\ntwo\nlines|\n"]);
      assert.match(
        ran.stderr,
        /^Directory: {2}\/\nCommand: {4}\/usr\/bin\/printf '%s\|\\n' 'a '\\''b'\\''' '' '\$x' '\*' 'two\n {12}lines'\nExit code: {2}0 after \d s\n$/,
      );
    }
    assert.equal((await stage.exec(releaseCommand("continue"))).code, 0);
    assert.deepEqual(await gate.ended(), { code: 0, lines: [], stderr: "" });
  },
);

testInEveryShell(
  "a script is shown and traced, and the line that failed is reported",
  async (shell) => {
    const own = by(
      shell,
      'set -e\necho "$#:$1"\nif true; then\n  false "a b"\nfi\necho not reached',
    );
    await using stage = await Stage.open(shell, { own });
    const gate = await stage.hold(0, ["an arg"]);
    for (const _ of [1, 2]) {
      const { code, stdout, stderr } = await stage.exec(debugRun());
      assert.deepEqual([code, stdout], [1, "1:an arg\n"], stderr);
      assert.match(
        stderr,
        /^Directory: {2}\/\nScript: {5}\/usr\/bin\/\S+.*\nArguments: {2}'an arg'\n/,
      );
      assert.match(
        stderr,
        /\n {3}1 {2}#!.*\n {3}2 {2}set -e\n[^]*\n {3}5 {4}false "a b"\n {3}6 {2}fi\n/,
      );
      const trace = /\n(\++)( line 5:)? false .*\n(?=Failed)/.exec(stderr);
      assert.equal(trace?.[2] === undefined, shell.name === "dash", stderr);
      const end = `${failed(shell, 5, 'false "a b"', "false a b")}Exit code:  1\n`;
      assert.ok(withoutTime(stderr).endsWith(end), stderr);
    }
    assert.equal(await stage.read("tkn-dev/exit"), "1\n");
    const told = await stage.exec(releaseCommand("continue"));
    assert.match(told.stderr, /^the step ends with exit code 1, as its last debug-run/);
    assert.equal((await gate.ended()).code, 1);
  },
);

testInEveryShell("a script for another interpreter is not traced", async (shell) => {
  const python = "/usr/bin/python3";
  const cases: [string, string, number][] = [["#!/usr/bin/cat\n+ not a trace", "", 0]];
  if (missing(python).length === 0) {
    const script =
      `#!${python}\nimport sys\nsys.stderr.write('+ diff\\n')\nprint(sys.argv[1:])\nsys.exit(4)`;
    cases.push([script, "['a b']\n", 4]);
  }
  for (const [own, stdout, code] of cases) {
    await using stage = await Stage.open(shell, { own });
    await stage.hold(0, code === 0 ? [] : ["a b"]);
    const ran = await stage.exec(debugRun());
    assert.deepEqual([ran.code, ran.stdout], [code, stdout || `${own}\n`], ran.stderr);
    assert.doesNotMatch(ran.stderr, /Failed/);
    assert.match(withoutTime(ran.stderr), /^Exit code: {2}\d\n$/m);
  }
});

testInEveryShell(
  "the work has the gate's environment and directory, and no more",
  async (shell) => {
    // bash traces all of its arguments.
    const own = '#!/usr/bin/bash --posix\nexport -p\necho "$VALUE"\npwd';
    const env = {
      VALUE: 'it\'s "$x"\ntwo',
      trace: "mine",
      argument: "mine",
      IFS: "o",
    };
    await using stage = await Stage.open(shell, { own });
    const gate = await stage.hold(0, [], { env });
    const place = { env: { TKN_DEV_CHANNEL: "x", TKN_DEV_HOLDS: "true", PS1: "$ " } };
    const ran = await stage.exec(
      ["/bin/sh", "-c", "cd /tmp && . /tkn-dev/debug-run"],
      undefined,
      place,
    );
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /^it's "\$x"\ntwo$/m);
    assert.match(ran.stdout, /^export trace="mine"$/m);
    assert.match(ran.stdout, /^export argument="mine"$/m);
    assert.doesNotMatch(ran.stdout, /TKN_DEV_(CHANNEL|HOLDS)|PS1/);
    assert.match(ran.stdout, /\n\/\n$/);
    await stage.exec(releaseCommand("continue"));
    await gate.ended();
  },
);

testInEveryShell(
  "variables of the spec are shown, secrets are masked everywhere",
  async (shell) => {
    const env = {
      PLAIN: "a b",
      LIST: "one\ntwo",
      WITH: "user:s3cret-token@host",
      TOKEN: "s3cret-token",
      LONGER: "s3cret-token-and-more",
      QUOTED: "it's a 'quoted one'",
      KEY: "-----BEGIN KEY-----\nAbC*[dE\n\n-----END KEY-----\n",
      STARS: "***",
      CONTROL: "tab\tin\\back-slash\nlast-line",
      SHORT: "42",
      OTHER: "not named",
    };
    const own = by(
      shell,
      'echo "$TOKEN" out\necho "$TOKEN and $LONGER" >&2\nprintf "%s\\n" "$KEY" >&2\n: "$QUOTED $STARS" "$CONTROL"\nexit 3',
    );
    const plain = ["PLAIN", "LIST", "WITH", "UNSET", "with.dot"];
    const secret = ["TOKEN", "LONGER", "QUOTED", "KEY", "STARS", "CONTROL", "SHORT", "ABSENT"];
    await using stage = await Stage.open(shell, { own, plain, secret });
    const gate = await stage.hold(0, ["s3cret-token", "it's a 'quoted one'"], { env });
    await Deno.writeTextFile(`${stage.directory}/results/a`, "has s3cret-token\nand");
    const { code, stdout, stderr } = await stage.exec(debugRun());
    assert.deepEqual([code, stdout], [3, "*** out\n"], stderr);
    assert.ok(
      stderr.includes(`
Env:        PLAIN=a b
            LIST=one
            two
            WITH=user:***@host
            TOKEN=***
            LONGER=***
            QUOTED=***
            KEY=***
            STARS=***
            CONTROL=***
            SHORT=***
Script:     `),
      stderr,
    );
    assert.match(stderr, /^Arguments: {2}\*\*\* '.*\*\*\*/m);
    assert.match(stderr, /^\*\*\* and \*\*\*$/m);
    assert.match(stderr, /^\*\*\*\n\*\*\*\n\n\*\*\*$/m);
    assert.match(stderr, /^Result: {5}a=has \*\*\*\n {12}and$/m);
    assert.ok(stderr.includes(`\n${failed(shell, 6, "exit 3")}`), stderr);
    assert.doesNotMatch(
      stderr,
      /s3cret|and-more|quoted one|BEGIN KEY|AbC|back-slash|last-line|OTHER|not named/,
    );
    const info = await stage.exec(infoCommand());
    assert.match(info.stdout, /WITH=user:\*\*\*@host[^]*TOKEN=\*\*\*/);
    assert.doesNotMatch(info.stdout + info.stderr, /s3cret|quoted one/);
    await stage.exec(releaseCommand("fail"));
    assert.equal((await gate.ended()).code, 3);
  },
);

testInEveryShell(
  "if a step takes in a whole secret, all variables of unknown origin are masked",
  async (shell) => {
    const env = {
      PLAIN: "open",
      UNNAMED: "unnamed-value",
      LATER: "line\nexport FAKE=1\nexport UNNAMED=x",
      HOME: "/home/x",
      KUBERNETES_PORT: "tcp://10.0.0.1",
      WEB_SERVICE_HOST: "10.0.0.2",
    };
    const own = "#!/bin/sh\necho $UNNAMED $PLAIN $HOME $WEB_SERVICE_HOST >&2";
    await using stage = await Stage.open(shell, { own, plain: ["PLAIN"], hidden: true });
    await stage.hold(0, [], { env });
    const { stderr } = await stage.exec(debugRun());
    assert.match(stderr, /^\*\*\* open \/home\/x 10\.0\.0\.2$/m);
    assert.match(stderr, /^ {12}UNNAMED=\*\*\*$/m);
    assert.match(stderr, /^ {12}LATER=\*\*\*$/m);
    assert.doesNotMatch(stderr, /unnamed-value|FAKE|HOME=|KUBERNETES|WEB_SERVICE_HOST=/);
  },
);

/**
 * Output of a work, and how it is shown. `$TOKEN` is `s3cret/.*[token`, which has special
 * characters of sed and of shells.
 */
const PRINTED: readonly [script: string, shown: string][] = [
  ["printf '%s\\n' \"a $TOKEN b$TOKEN\" '' \"$OTHER\"", "a *** b***\n\n***\n"],
  ["printf '%s' \"$TOKEN\"", "***"],
  ["printf 'no end'", "no end"],
  ["printf '\\n\\n no end \\n '", "\n\n no end \n "],
  [":", ""],
  // As `base64` and `base64 -w0` print it, and with a newline behind it.
  ["printf '%s' \"$TOKEN\" | base64", "***\n"],
  ['echo "$TOKEN" | base64', "***\n"],
  ["printf '%s' \"$LONG\" | base64", "***\n***\n***\n"],
  ["x=$(printf '%s' \"$LONG\" | base64 | tr -d '\\n'); echo \"Basic $x.\"", "Basic ***.\n"],
];

testInEveryShell(
  "stdout of the work is masked, in base64 too, and otherwise unchanged",
  async (shell) => {
    const env = { TOKEN: "s3cret/.*[token", OTHER: "$0ther&", LONG: "l0ng-".repeat(30) };
    for (const programs of [["base64", "tr"], ["base64", "tr", "sed", "head"]]) {
      await using stage = await Stage.open(shell, {
        own: "exit 9",
        secret: Object.keys(env),
        programs: [...GNU, ...programs],
      });
      await stage.hold(0, [], { env });
      for (const flags of [[], ["--live"]]) {
        for (const [script, shown] of PRINTED) {
          const edited = `#!/bin/sh\n${script}\nexit 3\n`;
          await Deno.writeTextFile(`${stage.directory}/tkn-dev/edited`, edited);
          const { code, stdout, stderr } = await stage.exec(debugRun(...flags));
          assert.deepEqual([code, stdout], [3, shown], `${script}, ${programs}\n${stderr}`);
          assert.match(stderr, /\nExit code: +3/);
        }
      }
    }
  },
);

/** All byte values, a last line without a newline, and long lines. */
const BYTES = new Uint8Array(300_000).map((_, at) =>
  at < 100_000 ? at : at < 200_000 ? 0x78 : at >> 8
);

/** The sed of busybox loses some NUL bytes. */
const bytesFor = ({ name }: Shell, secret: readonly string[]) =>
  name.startsWith("busybox") && secret.length > 0 ? BYTES.filter((byte) => byte !== 0) : BYTES;

testInEveryShell(
  "without secrets every byte of stdout is kept, and with secrets if the image has sed",
  async (shell) => {
    for (const secret of [[], ["TOKEN"]]) {
      await using stage = await Stage.open(shell, {
        own: "exit 9",
        secret,
        programs: [...GNU, "cat", "sed", "head"],
      });
      const path = `${stage.directory}/bytes`;
      const bytes = bytesFor(shell, secret);
      await Deno.writeFile(path, bytes);
      await stage.hold(0, [], { env: { TOKEN: "s3cret-token" } });
      await Deno.writeTextFile(`${stage.directory}/tkn-dev/edited`, `#!/bin/sh\ncat '${path}'\n`);
      const child = stage.run(debugRun());
      await child.stdin.close();
      const { code, stdout } = await child.output();
      assert.equal(code, 0);
      assert.ok(stdout.every((byte, at) => byte === bytes[at]) && stdout.length === bytes.length);
    }
  },
);

testInEveryShell(
  "with secrets, output of processes that the work leaves running is still masked",
  async (shell) => {
    const own =
      '#!/bin/sh\n{ read -r _; echo "late $TOKEN"; } <"$FIFO" 2>/dev/null &\nprintf \'no end\'';
    for (const programs of [[], ["sed", "head"]]) {
      await using stage = await Stage.open(shell, {
        own,
        secret: ["TOKEN"],
        programs: [...GNU, ...programs],
      });
      const FIFO = `${stage.directory}/fifo`;
      await new Deno.Command("mkfifo", { args: [FIFO] }).output();
      await stage.hold(0, [], { env: { TOKEN: "s3cret-token", FIFO } });
      const child = stage.run(debugRun());
      await child.stdin.close();
      assert.equal((await child.status).code, 0);
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      assert.equal((await soon("its stdout", reader.read())).value, "no end");
      await Deno.writeTextFile(FIFO, "go\n");
      assert.equal((await soon("what comes late", reader.read())).value, "late ***\n");
      await reader.cancel();
      await child.stderr.cancel();
    }
  },
);

testInEveryShell(
  "an edited script runs instead, unless --original is given",
  async (shell) => {
    await using stage = await Stage.open(shell, { own: "echo own; exit 1" });
    const gate = await stage.hold(0, ["x"]);
    const edited = `${stage.directory}/tkn-dev/edited`;
    await Deno.writeTextFile(edited, by(shell, "echo edited $1\nexit 2"));
    const ran = await stage.exec(debugRun());
    assert.deepEqual([ran.code, ran.stdout], [2, "edited x\n"], ran.stderr);
    assert.match(ran.stderr, /^Script: {5}\/usr\/bin\/.* \(edited\)\n/m);
    assert.ok(ran.stderr.includes(`\n${failed(shell, 3, "exit 2")}`), ran.stderr);
    const original = await stage.exec(debugRun("--original"));
    assert.deepEqual([original.code, original.stdout], [1, "own\n"]);
    await Deno.writeTextFile(edited, "echo no interpreter");
    assert.equal((await stage.exec(debugRun())).stdout, "no interpreter\n");
    await stage.exec(releaseCommand("continue"));
    assert.equal((await gate.ended()).code, 0);
  },
);

testInEveryShell(
  "--continue has the step run its work in place, and shows nothing",
  async (shell) => {
    for (const [flags, line] of [[[], "edited"], [["--original"], "own"]] as const) {
      await using stage = await Stage.open(shell, { own: "echo own; exit 5" });
      const gate = await stage.hold();
      await Deno.writeTextFile(
        `${stage.directory}/tkn-dev/edited`,
        "#!/bin/sh\necho edited; exit 5",
      );
      const ran = await stage.exec(debugRun("--continue", ...flags));
      assert.deepEqual(ran, { code: 0, stdout: "", stderr: "" });
      assert.deepEqual(await gate.ended(), { code: 5, lines: [line], stderr: "" });
    }
  },
);

testInEveryShell("results are shown, long ones cut", async (shell) => {
  await using stage = await Stage.open(shell);
  await stage.hold(0, ["true"]);
  const lines = Array.from({ length: 20 }, (_, at) => `line ${at + 1}`).join("\n");
  const results = { empty: "", lines, long: "x".repeat(5000), plain: "abc\n" };
  for (const [name, text] of Object.entries(results)) {
    await Deno.writeTextFile(`${stage.directory}/results/${name}`, text);
  }
  const { stderr } = await stage.exec(debugRun());
  assert.match(
    stderr,
    /\nResult: {5}empty=\nResult: {5}lines=line 1\n {12}line 2\n[^]*\n {12}line 12\n {12}\.\.\.\nResult: {5}long=x{395}\.\.\.\nResult: {5}plain=abc\n$/,
  );
});

testInEveryShell(
  "an interrupt ends the work, and debug-run reports and exits",
  async (shell) => {
    const own = "#!/bin/sh\nwhile :; do echo here >&2; sleep 0.05; done";
    await using stage = await Stage.open(shell, { own });
    const gate = await stage.hold();
    const child = stage.run(debugRun(), { grouped: true });
    const stdout = new Response(child.stdout).text();
    let stderr = "";
    const reading = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({ write: (text) => void (stderr += text) }),
    );
    await until("the work", () => Promise.resolve(/^here$/m.test(stderr)));
    Deno.kill(-child.pid, "SIGINT");
    await reading;
    assert.equal((await child.status).code, 130, stderr);
    assert.match(withoutTime(stderr), /\nFailed: {5}.*\nExit code: {2}130\n$/);
    assert.equal(await stdout, "");
    await child.stdin.close().catch(() => {});
    await stage.exec(releaseCommand("continue", { exitCode: 0 }));
    assert.equal((await gate.ended()).code, 0);
  },
);

testInEveryShell(
  "debug-run does not wait for processes that the work leaves running",
  async (shell) => {
    // Without the trace of the sleep, which may come at any time.
    const own =
      "#!/bin/sh\n({ sleep 30; } 2>/dev/null; echo late >&2) >/dev/null &\nprintf 'no end' >&2";
    await using stage = await Stage.open(shell, { own });
    await stage.hold();
    const child = stage.run(debugRun());
    assert.equal((await child.status).code, 0);
    const text = new TextDecoder();
    let stderr = "";
    const reader = child.stderr.getReader();
    while (!stderr.includes("Exit code")) stderr += text.decode((await reader.read()).value);
    assert.match(withoutTime(stderr), /^no end[^]*^Exit code: {2}0\n$/m);
    await reader.cancel();
    await child.stdout.cancel();
    await child.stdin.close().catch(() => {});
  },
);

testInEveryShell(
  "a process that the work leaves running may end while debug-run writes: no line is lost",
  async (shell) => {
    // More results than a pipe holds, and a process that ends once the test says so.
    const own = `#!/bin/sh
set +x
line=x; while [ \${#line} -lt 200 ]; do line=$line$line; done
i=100; while [ $i -lt 130 ]; do i=$((i+1)); for n in 1 2 3 4 5 6 7 8 9 10; do echo "$line"; done >"/tekton/results/r$i"; done
mkfifo "$0-end"
read -r _ <"$0-end" 2>/dev/null &`;
    await using stage = await Stage.open(shell, { own });
    await stage.hold();
    const child = stage.run(debugRun());
    await until("debug-run waits for its reader", async () => {
      const places = (await stage.processes()).map((process) =>
        Deno.readTextFile(`/proc/${process.split(" ")[0]}/wchan`).catch(() => "")
      );
      return (await Promise.all(places)).some((place) => place.includes("pipe_write"));
    });
    const before = (await stage.processes()).length;
    await Deno.writeTextFile(`${stage.directory}/tkn-dev/script-end`, "\n");
    const both = "the process has ended, and what copied its output";
    await until(both, async () => (await stage.processes()).length <= before - 2);
    const stderr = new TextDecoder().decode((await child.output()).stderr);
    const seen = stderr.match(/^(Result: .*=| {12})x+$/gm) ?? [];
    assert.equal(seen.length, 300, stderr.slice(0, 1000));
    await child.stdin.close().catch(() => {});
  },
);

testInEveryShell("an unknown option is an error of one line", async (shell) => {
  await using stage = await Stage.open(shell);
  await stage.hold();
  for (const flags of [["--step"], ["x"], ["--patch"]]) {
    const { code, stdout, stderr } = await stage.exec(debugRun(...flags));
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^debug-run: .*\n$/);
  }
});

testInEveryShell("without a gate that holds, the debug scripts say so", async (shell) => {
  await using stage = await Stage.open(shell);
  const gate = await stage.hold();
  await stage.exec(releaseCommand("continue"));
  await gate.ended();
  for (const command of [debugRun(), infoCommand()]) {
    const { code, stderr } = await stage.exec(command);
    assert.deepEqual([code, stderr], [17, `${RELEASED}: continue\n`]);
  }
});

testInEveryShell(
  "debug-info shows the user, the directory and the work, and with --short only the start of a script",
  async (shell) => {
    const own = Array.from({ length: 50 }, (_, at) => `# ${at + 3}`).join("\n");
    await using stage = await Stage.open(shell, { own, programs: [...GNU, "id"] });
    await stage.hold(0, ["a b"]);
    await Deno.writeTextFile(`${stage.directory}/tkn-dev/header`, "Run:        x\nHeld:       y\n");
    const debugInfo = ["/bin/sh", "/tkn-dev/debug-info"];
    const whole = await stage.exec(debugInfo);
    assert.equal(whole.code, 0, whole.stderr);
    assert.match(
      whole.stdout,
      /^Run: {8}x\nHeld: {7}y\nUser: {7}uid=.*\nDirectory: {2}\/\nScript: {5}\/bin\/sh\nArguments: {2}'a b'\n {3}1 {2}#!\/bin\/sh\n/,
    );
    assert.match(whole.stdout, /\n {2}52 {2}# 52\n$/);
    const short = await stage.exec([...debugInfo, "--short"]);
    assert.match(
      short.stdout,
      /\n {2}12 {2}# 12\n {2}\.\.\. 40 more lines: debug-info shows all\n$/,
    );
    assert.deepEqual([whole.stderr, short.stderr], ["", ""]);
    const { stdout } = await stage.exec(infoCommand());
    assert.equal(stdout, whole.stdout.replace(/^Run:.*\nHeld:.*\n/, "")); // the client prints that itself
  },
);

testInEveryShell(
  "the gate does not give up while debug-run runs, but it does afterwards",
  async (shell) => {
    await using stage = await Stage.open(shell, { own: "sleep 6; exit 4" });
    const gate = await stage.hold(4);
    assert.equal((await stage.exec(debugRun())).code, 4);
    assert.equal((await stage.exec(stillHeldCommand())).code, 0);
    const left = await Array.fromAsync(Deno.readDir(`${stage.directory}/tkn-dev`));
    assert.deepEqual(left.filter(({ name }) => name.startsWith("visitor-")), []);
    assert.deepEqual((await gate.ended()).lines, ["tkn-dev: nobody came within 4 s, giving up"]);
  },
);

testInEveryShell(
  "on a terminal, stdout keeps its place in the trace, and is masked",
  async (shell) => {
    const numbers = Array.from({ length: 20 }, (_, at) => at);
    const own = by(
      shell,
      numbers.map((at) => `echo out${at}\necho err${at} >&2`).join("\n") +
        '\necho "$TOKEN"; exit 3',
    );
    await using stage = await Stage.open(shell, { own, secret: ["TOKEN"] });
    await stage.hold(0, [], { env: { TOKEN: "s3cret-token" } });
    const command = await stage.commandLine(debugRun());
    await using session = new TerminalSession(`${command}; echo "ended $?"`);
    await soon("its end", session.until(/ended 3\n/));
    // mksh traces a redirection on a separate line.
    const said = session.all.split("\n").filter((line) => /^(\+(?!.*: >&2 $)|out|err)/.test(line))
      .map((line) => line.replace(/^\++(?: line \d+:)? /, "").replace(/ 1?>&2$/, ""));
    const expected = numbers.flatMap((
      at,
    ) => [`echo out${at}`, `out${at}`, `echo err${at}`, `err${at}`]);
    assert.deepEqual(said.slice(0, expected.length), expected, session.all);
    assert.match(session.all, /^\*\*\*\n/m);
    assert.doesNotMatch(session.all, /s3cret/);
    assert.match(session.all, /^Failed: .*exit 3\nExit code: {2}3/m);
  },
  NO_TERMINAL,
);

testInEveryShell(
  "a release from a terminal waits for the container to end, but not forever",
  async (shell) => {
    const words = [
      [["debug-continue", "0"], 0],
      [["debug-fail-continue"], 1],
      [["debug-run", "--continue"], 5],
    ] as const;
    for (const [[name, ...flags], code] of words) {
      await using stage = await Stage.open(shell, { own: "exit 5" });
      const gate = await stage.hold();
      const [show, ten] = [`${stage.directory}/tkn-dev/show`, "1 2 3 4 5 6 7 8 9 10;"];
      const text = await Deno.readTextFile(show);
      assert.ok(text.includes(ten));
      await Deno.writeTextFile(show, text.replace(ten, "1 2;"));
      const command = await stage.commandLine(["/bin/sh", `/tkn-dev/${name}`, ...flags]);
      const started = Date.now();
      await using session = new TerminalSession(`${command}; echo "ended $?"`);
      assert.equal((await gate.ended()).code, code);
      assert.doesNotMatch(session.all, /ended/, `${name}: gone before the gate`);
      await soon("its end", session.until(/ended 0\n/));
      assert.ok(Date.now() - started > 1_900, `${name}: gone after ${Date.now() - started} ms`);
      await using late = new TerminalSession(`${command}; echo "ended $?"`);
      await soon("its refusal", late.until(/let go already: \w+\nended 17\n/));
    }
  },
  NO_TERMINAL,
);

for (const shell of SHELLS.filter(({ name }) => name.startsWith("bash"))) {
  testInEveryShell(`a script for ${shell.name} through env is traced, too`, async (outer) => {
    const own = "#!/usr/bin/env bash\nf() { false; }\nf\n[[ $0 == *script ]] || exit 9\nexit 7";
    await using stage = await Stage.open(outer, { own, programs: [...GNU, "bash"] });
    await stage.hold();
    const { code, stderr } = await stage.exec(debugRun());
    assert.equal(code, 7, stderr);
    assert.match(stderr, /^Script: {5}\/usr\/bin\/env bash$/m);
    assert.match(stderr, /^Failed: {5}line 5: exit 7$/m);
    assert.doesNotMatch(stderr, /\. .*tkn-dev\/script/);
  });
}
