/**
 * Binary data in logs and in the stdin and stdout of commands; and runs that are deleted meanwhile.
 */
import assert from "node:assert/strict";
import { TASK_RUNS } from "../../../src/tekton/model.ts";
import { commandLine, startTknDev, stderrLines, tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

const WHERE = "-w name=source,emptyDir=".split(" ");

/** Runs a line of sh in which `program WORD...` is tkn-dev. */
async function sh(cwd: string, script: string, args: readonly string[] = []) {
  const words = commandLine([]).map((word) => `'${word}'`).join(" ");
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `program() { ${words} "$@"; }; ${script}`, "sh", ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, stdout, stderr: new TextDecoder().decode(stderr) };
}

export const outputScenarios: Scenario[] = [
  {
    name: "a command in a held step reads what is piped into it, and returns every byte",
    needs: ["sh", "tar", "head"],
    async run({ flags }, directory) {
      writeTree(directory, tree("file a.txt one\nfile sub/b.txt two"));
      const words = "task upload t-debug --on-step greet --no-continue".split(" ");
      const held = await tknDev([...words, directory, ...WHERE, ...flags]);
      assert.equal(held.code, 0, held.stderr);
      const name = held.stdout.trim().split("\n").at(-1)!;
      const exec = (script: string) => sh(directory, script, ["tr", "exec", name, ...flags, "--"]);

      const sent = await exec(
        'mkdir out && tar c sub | program "$@" tar x -C /tmp && program "$@" cat /tmp/sub/b.txt',
      );
      assert.deepEqual([sent.code, new TextDecoder().decode(sent.stdout)], [0, "two"], sent.stderr);
      const bytes = await exec("printf '\\351\\000\\r\\n\\377' | program \"$@\" cat");
      assert.deepEqual([...bytes.stdout], [0xe9, 0, 13, 10, 0xff], bytes.stderr);
      const cut = await exec('{ program "$@" yes; echo "code $?" >&2; } | head -n1');
      assert.deepEqual(stderrLines(cut), ["code 0"]);
      const full = await exec('program "$@" yes >/dev/full');
      assert.equal(full.code, 5);
      assert.match(full.stderr, /^Error: Cannot write stdout: no space left on the device$/m);
      assert.equal((await tknDev(["tr", "fail-continue", name, ...flags])).code, 0);
    },
  },
  {
    name: "a log is passed on unchanged, until it or its reader ends",
    needs: ["sh", "head"],
    async run({ flags }, directory) {
      const say = "printf 'caf\\351 \\000x\\n\\377\\n'; seq 20000";
      const debug = ["task", "debug", "t-debug", "--on-step", "greet", "--exec-instead", say];
      const out = `${directory}/out`;
      const ran = await sh(directory, 'program "$@" >out', [...debug, ...flags]);
      assert.equal(ran.code, 0, ran.stderr);
      const lines = (await Deno.readFile(out)).toHex();
      const hex = (text: string) => new TextEncoder().encode(text).toHex();
      assert.ok(lines.includes(`${hex("[greet] caf")}e9200078${"0a"}${hex("[greet] ")}ff0a`));
      const name = /^Created TaskRun (\S+)/m.exec(ran.stderr)![1];
      for (const words of [["tr", "logs", name], ["tr", "logs", "-f", name]]) {
        const all = [...words, ...flags];
        const cut = await sh(directory, '{ program "$@"; echo "code $?" >&2; } | head -n1', all);
        assert.deepEqual(stderrLines(cut), ["code 0"]);
        assert.equal((await sh(directory, 'program "$@" >/dev/full', all)).code, 5);
      }
    },
  },
  {
    name: "for a run deleted while it is held or followed, the error says that it was deleted",
    async run({ flags, kube }, directory) {
      const words = "task debug t-debug --on-step greet --exec-instead".split(" ");
      const running = startTknDev([...words, "sleep 600", ...flags], { cwd: directory });
      const name = /^Created TaskRun (\S+)/m.exec(
        await running.stderrMatch(/^Created TaskRun \S+[^]*^Held at greet/m),
      )![1];
      const following = startTknDev(["tr", "logs", "-f", name, ...flags]);
      await following.stdoutMatch(/prepared for world/);
      await kube.delete(TASK_RUNS, kube.namespace, name);
      for (const { ended } of [running, following]) {
        const { code, stderr } = await ended;
        assert.equal(code, 3, stderr);
        const error =
          `Error: Cannot follow TaskRun "${name}": it was deleted\nHint: start it again\n`;
        assert.ok(stderr.endsWith(error), stderr);
        assert.doesNotMatch(stderr, /still held|may still|continues/);
      }
    },
  },
];
