/** A user at a held step, at a real pseudo-terminal: keys in, screen out. */
import assert from "node:assert/strict";
import { PIPELINE_RUNS, type PipelineRun } from "../../../src/tekton/model.ts";
import { commandLine } from "../../support/program.ts";
import { TerminalSession } from "../../support/terminal_session.ts";
import type { Scenario } from "../scenario.ts";

export const PROMPT = (place: string) => new RegExp(`\\[${place}\\] [$#] `);
/** The question accepts an answer once it lists the answers. */
const EDIT_QUESTION = (place: string) =>
  new RegExp(
    `Edit the script of step ${place} here, with [^?]*\\? \\[e\\]dit, no \\(any other key\\): `,
  );

/**
 * Starts the program in a terminal of 111 columns and 33 rows. The last line has its exit code,
 * even after Ctrl-C, which the shell gets as well.
 */
export function atTerminal(args: readonly string[], env: Record<string, string> = {}) {
  const words = [
    ...Object.entries({ TERM: "xterm", NO_COLOR: "1", ...env })
      .map(([name, value]) => `${name}=${value}`),
    ...commandLine(args),
  ];
  const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return new TerminalSession(`trap : INT; stty cols 111 rows 33; tty; env ${line}; echo ended: $?`);
}

/** Like atTerminal, and prints the client's PID first. */
export function startWithPid(args: readonly string[]): TerminalSession {
  const line = commandLine(args).map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return new TerminalSession(
    `trap : INT; stty cols 111 rows 33; export NO_COLOR=1 TERM=xterm; ` +
      `sh -c 'echo pid: $$; exec "$0" "$@"' ${line}; echo ended: $?`,
  );
}

export const sessionScenarios: Scenario[] = [
  {
    name: "a step of a Pipeline is held, and a user works in its shell until it is released",
    everyProtocol: true,
    needs: ["script"],
    async run({ flags }) {
      const args = "pipeline debug t-debug --on-step work/greet -p who=Ada".split(" ");
      await using session = atTerminal([...args, ...flags]);
      const [tty] = await session.until(/\/dev\/\S+/);
      await session.until(/\[work : prepare\] prepared for Ada/);
      await session.until(/Held at work\/greet \(pod \S+\) after/);
      await session.until(
        /Step: +work\/greet, held before its work\nPod: +\S+, container step-greet/,
      );
      await session.until(/Params: +who=Ada\n/);
      await session.until(/Env: +COLOR=blue\n +PASSWORD=\*\*\*\n/);
      await session.until(/ 6 {2}cat no-such-file\n/);
      await session.until(PROMPT("work/greet"));

      await session.type("stty size; echo héllo-$((40 + 2))\r");
      await session.until(/33 111\n/);
      await session.until(/héllo-42/);
      await run("stty", "-F", tty, "cols", "90", "rows", "20");
      // The two new sizes arrive independently of the keys.
      await session.type(
        'until [ "$(stty size)" = "20 90" ]; do sleep 0.1; done; echo re""sized\r',
      );
      await session.until(/resized/);

      // One process prints and sleeps: between two, bash may drop the Ctrl-C.
      await session.type("sh -c 'echo wait$((1))ing; exec sleep 100'\r");
      await session.until(/wait1ing/);
      await session.type("\x03");
      await session.until(PROMPT("work/greet"));

      await session.type("debug-run\r");
      await session.until(/\+( line 6:)? cat no-such-file\n/);
      // Not every shell knows its line number.
      await session.until(/Failed: +(line 6: )?cat no-such-file\nExit code: +1 after \d+ s\n/);
      await session.until(/Result: +greeting=hello Ada\n/);
      await session.until(PROMPT("work/greet"));

      await session.type("\x04");
      await session.until(/Step work\/greet still holds\. .*etach\? /);
      await session.type("s");
      await session.until(PROMPT("work/greet"));
      await session.type("debug-continue 0\r");
      // Later steps may run before the client reports the release.
      await session.until(/^(?=[^]*Resumed\n)(?=[^]*\[check : check\] it said: hello Ada)/);
      await session.until(/ended: 0\n/);
      assert.doesNotMatch(session.all.replaceAll("= hunter22", ""), /hunter22/);
    },
  },
  {
    name: "a paste of 100 kB arrives in the shell unchanged, with what is typed after it",
    needs: ["script"],
    async run({ flags }) {
      const args = ["task", "debug", "t-debug", "--on-step", "prepare"];
      await using session = atTerminal([...args, ...flags]);
      await session.until(PROMPT("prepare"));
      const text = Array.from(
        { length: 2_000 },
        (_, at) => `${at} ${"ü€x ".repeat(9)}`.slice(0, 40).padEnd(40, "-"),
      ).join("\n");
      const bytes = new TextEncoder().encode(text).slice(0, 100_000);
      await session.type(
        `f=$(mktemp); stty raw -echo; echo rea''dy; head -c ${bytes.length} >$f; stty sane; sha256sum <$f\r`,
      );
      await session.until(/ready/);
      await session.type(bytes);
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      await session.until(new RegExp(new Uint8Array(digest).toHex()));
      await session.type("debug-fail-continue\r");
      await session.until(/step prepare: exit code 1/);
      await session.until(/ended: 1\n/);
    },
  },
  {
    name:
      "a step that fails is held, with its last lines and exit code, and fails if the user says so",
    needs: ["script"],
    async run({ flags }) {
      await using session = atTerminal(["task", "debug", "t-debug", "--on-failure", ...flags]);
      await session.until(/Note: Step last of Task "t-debug" will not hold/);
      await session.until(/\[greet\] hello world/);
      await session.until(/Step: +greet, held after its work failed with exit code 1\n/);
      // stdout and stderr reach the node through two pipes.
      await session.until(
        /Log: +(hello world\n +.*no-such-file.*|.*no-such-file.*\n +hello world)\n/,
      );
      await session.until(PROMPT("greet"));
      await session.type("exit\r");
      await session.until(/still holds/);
      await session.type("f");
      await session.until(/step greet: exit code 1/);
      await session.until(/ended: 1\n/);
    },
  },
  {
    name: "a step is held after its work, and then ends as its work ended",
    needs: ["script"],
    async run({ flags }) {
      const args = ["task", "debug", "t-debug", "--on-step", "prepare", "--after"];
      await using session = atTerminal([...args, ...flags]);
      await session.until(/\[prepare\] prepared for world/);
      await session.until(/Step: +prepare, held after its work\n/);
      await session.until(PROMPT("prepare"));
      await session.type("debug-continue\r");
      await session.until(/\[greet\] hello world/);
      await session.until(/ended: 1\n/);
    },
  },
  {
    name: "every step is held in turn, with a shell or without, and does its own work if asked to",
    needs: ["script"],
    async run({ flags }) {
      await using session = atTerminal(["task", "debug", "t-debug", "--on-every-step", ...flags]);
      await session.until(PROMPT("prepare"));
      await session.type("debug-run --continue\r");
      await session.until(/\[prepare\] prepared for world/);
      await session.until(PROMPT("greet"));
      await session.type("debug-continue 0\r");
      await session.until(/Held at last /);
      await session.until(PROMPT("last"));
      await session.type("exit\r");
      await session.until(/still holds/);
      await session.type("r");
      await session.until(/Step last does its work/);
      await session.until(/\[last\] last two words/);
      await session.until(/ended: 0\n/);
    },
  },
  {
    name: "two users at one step see each other, and the first decision ends the hold for both",
    needs: ["script"],
    async run({ flags, kube }) {
      const args = ["pipeline", "debug", "t-debug", "--on-step", "work/prepare"];
      await using ada = atTerminal([...args, ...flags], { USER: "ada" });
      const [, name] = await ada.until(/Created PipelineRun (\S+) in/);
      await ada.until(PROMPT("work/prepare"));
      await using bob = atTerminal(["pr", "shell", name, ...flags], { USER: "bob" });
      await bob.until(/Note: ada has a shell here too, since \d\d:\d\d\n/);
      await bob.until(PROMPT("work/prepare"));
      await bob.type("debug-fail-continue\r");
      await bob.until(/ended: 0\n/);
      await ada.until(/ended: 1\n/);
      const run = await kube.get<PipelineRun>(PIPELINE_RUNS, kube.namespace, name);
      assert.equal(run.status?.conditions?.[0].status, "False");
    },
  },
  {
    name: "the user edits a held step's script here, runs it there, and gets the change as a patch",
    needs: ["script", "sed"],
    async run(cluster, directory) {
      const { flags } = cluster;
      const editor = { EDITOR: "sed -i s#no-such-file#workspace/source/here.txt#" };
      await Deno.writeTextFile(`${directory}/here.txt`, "it is here\n");
      const args = `task debug t-debug --on-step greet --upload ${directory}`.split(" ");
      const where = "-w name=source,emptyDir=".split(" ");
      const patch = ["--patch", `${directory}/fix.json`];
      await using session = atTerminal([...args, ...where, ...patch, ...flags], editor);
      await session.until(/Sent 1 file, .*, verified/);
      await session.until(PROMPT("greet"));
      await session.type("debug-run --edit\r");
      await session.until(EDIT_QUESTION("greet"));
      await session.type("n");
      await session.until(/no\nNot edited\n/);
      await session.until(PROMPT("greet"));
      await session.type("debug-run --edit\r");
      await session.until(EDIT_QUESTION("greet"));
      await session.type("e");
      await session.until(/Script: +\/bin\/sh \(edited\)/);
      await session.until(/Exit code: +0 after/);
      await session.until(/-cat no-such-file\n\+cat workspace\/source\/here.txt\n/);
      await session.until(/Wrote \S+fix.json\. To keep the change: kubectl patch task/);
      await session.until(PROMPT("greet"));
      await session.type("debug-continue\r");
      await session.until(/ended: 0\n/);
      const [{ path, value }, { value: changed }] = JSON.parse(
        await Deno.readTextFile(`${directory}/fix.json`),
      );
      assert.equal(path, "/spec/steps/1/script");
      assert.match(value, /hello \$\(params\.who\)[^]*cat no-such-file/);
      assert.equal(changed, value.replace("no-such-file", "workspace/source/here.txt"));
    },
  },
  {
    name: "a step's work can neither open an editor here nor choose a file that is written",
    needs: ["script"],
    async run({ flags }, directory) {
      const [victim, opened] = [`${directory}/victim`, `${directory}/opened`];
      await Deno.writeTextFile(victim, "precious\n");
      const EDITOR = `f() { echo opened >>${opened}; echo '# edited' >>$1; }; f`;
      const hasOpened = () => Deno.stat(opened).then(() => true, () => false);
      const args = ["task", "debug", "t-attack", "-p", `file=${victim}`];
      await using session = atTerminal([...args, ...flags], { EDITOR });
      await session.until(PROMPT("work"));
      // The work writes to each /tkn-dev/ask-* and replaces debug-run.
      await session.type("debug-run\r");
      await session.until(/Note: Ignored words of the step that are not an edit request/);
      await session.until(EDIT_QUESTION("work"));
      await session.type("n"); // the shell's prompt may have come before the question
      await session.until(/no\n/);
      assert.equal(await hasOpened(), false, "an editor opened before a key was pressed");
      /**
       * Whether the work had that many answers and has ended; their order with the question varies.
       */
      const hasAnswered = (mark: number, count: number) => () => {
        const said = session.all.slice(mark);
        const answers = said.match(/planted: answered/g)?.length ?? 0;
        return Promise.resolve(answers >= count && PROMPT("work").test(said));
      };
      for (const [key, isOpen] of [["x", false], ["e", true]] as const) {
        const mark = session.all.length;
        await session.type("debug-run\r");
        await session.until(EDIT_QUESTION("work"));
        await session.type(key);
        await untilTrue(hasAnswered(mark, 1));
        if (isOpen) await untilTrue(hasOpened);
        assert.equal(await hasOpened(), isOpen);
      }
      // Asks repeatedly, though the user types no line.
      const mark = session.all.length;
      await session.type("debug-run again\r");
      await session.until(EDIT_QUESTION("work"));
      await session.type("n");
      await untilTrue(hasAnswered(mark, 5));
      await session.type("debug-continue 0\r");
      await session.until(/ended: 0\n/);
      assert.equal(await Deno.readTextFile(victim), "precious\n");
      assert.equal(await Deno.readTextFile(opened), "opened\n");
    },
  },
  {
    name:
      "for a step without a shell the error says what helps, and that helps if the user may do it",
    needs: ["script"],
    async run({ context, flags }) {
      const args = "task debug t-image --on-step no-shell --without-shell -w name=source,emptyDir="
        .split(" ");
      await using session = atTerminal([...args, ...flags]);
      const [, name] = await session.until(/Created TaskRun (\S+) in/);
      await session.until(/Cannot open a shell in step "no-shell": its image has no shell\n/);
      await session.until(/still holds/);
      await session.type("d");
      await session.until(/ended: 0\n/);
      const image = ["--debug-image", "localhost/busybox:1"];
      await using other = atTerminal(["tr", "shell", name, ...image, ...flags]);
      if (context === undefined) {
        await other.until(PROMPT("no-shell"));
        await other.type("exit\r");
        await other.until(/still holds/);
        await other.type("d");
        await other.until(/ended: 0\n/);
      } else { // the edit role of ordinary users does not allow it
        await other.until(/you may not patch pods\/ephemeralcontainers \(403\)\n/);
        await other.until(/ended: 3\n/);
      }
      await using last = atTerminal(["tr", "continue", name, ...flags]);
      await last.until(/Step no-shell continues/);
    },
  },
];

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`never true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
