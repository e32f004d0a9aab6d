import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { repeats } from "../../../../src/cli/repeats.ts";
import { commandLineOf, wordsOf } from "../../../../src/cli/command_line.ts";
import { remembered } from "../../../../src/commands/again.ts";
import { entryName, entryText } from "../../../../src/commands/again/entry.ts";
import { shellLine, typedLine, withAnswers } from "../../../../src/commands/again/line.ts";
import { absoluteKubeconfig, Memory } from "../../../../src/commands/again/memory.ts";
import type { RunEvent } from "../../../../src/events.ts";
import { UsageError } from "../../../../src/errors.ts";
import { FileError } from "../../../../src/host.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { tree } from "../../../support/tree_text.ts";

/** A host whose working directory is /co, with a checkout in /co/src. */
function hostIn(cwd = "/co"): FakeHost {
  class WorkingFiles extends MemoryFiles {
    override stat(path: string) {
      return super.stat(this.#absolute(path));
    }
    override realPath(path: string) {
      return super.realPath(this.#absolute(path));
    }
    #absolute(path: string): string {
      return path.startsWith("/") ? path : path === "." ? cwd : `${cwd}/${path}`;
    }
  }
  const host = new FakeHost(new WorkingFiles(tree("file src/a x"), "/co"));
  host.files.put("/other", tree("dir d")[0]);
  host.kubeContexts[""] = [
    { name: "old", cluster: "o" },
    { name: "dev", cluster: "d", isCurrent: true },
  ];
  return host;
}

/** Types the line, which creates a run. */
async function typeLine(host: FakeHost, line: string, directory?: string): Promise<Memory> {
  const notes = (event: RunEvent) => event.kind === "note" && host.terminal.err(`${event.text}\n`);
  const call = parse(line.split(" "), PROGRAM);
  const memory = new Memory(host, typedLine(call, directory));
  const emit = memory.listening(notes);
  emit({ kind: "waiting", text: "x" });
  emit({ kind: "created", resource: "TaskRun", name: "r", namespace: "team" });
  await memory[Symbol.asyncDispose]();
  return memory;
}

async function again(host: FakeHost, line: string): Promise<string> {
  const call = parse(line.split(" "), PROGRAM);
  assert.ok(repeats(call), line);
  return wordsOf(commandLineOf(await remembered(host, call))).join(" ");
}

async function refusal(host: FakeHost, line: string): Promise<string> {
  try {
    return `no error: ${await again(host, line)}`;
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error}`);
    return `${error.message}; ${error.hint}`;
  }
}

Deno.test("the last line of a directory is repeated, with its context and namespace", async () => {
  const host = hostIn();
  await typeLine(host, "task upload t -p a=1");
  host.kubeContexts[""] = [{ name: "prod", cluster: "p", isCurrent: true }];
  const line = "task upload t -p a=1 -c dev -n team";
  assert.equal(await again(host, "again"), line);
  assert.equal(host.terminal.stderr, `Repeating tkn-dev ${line}\n`);
  assert.equal(await again(host, "again . -p a=2"), line.replace("a=1", "a=2"));
  assert.equal(await again(host, "upload --last"), line);
  assert.equal(await again(host, "task upload -L -p b=3"), `${line.replace("-c", "-p b=3 -c")}`);
});

Deno.test("a context and a namespace that were typed stay", async () => {
  const host = hostIn();
  await typeLine(host, "task upload t -c old -n mine");
  assert.equal(await again(host, "again"), "task upload t -c old -n team");
  assert.equal(await again(host, "again -c new"), "task upload t -c new -n team");
});

Deno.test("a line belongs to the uploaded directory and to that of its typing", async () => {
  const host = hostIn();
  await typeLine(host, "task upload t src", "src");
  assert.equal(await again(host, "again"), "task upload t src -c dev -n team");
  assert.equal(await again(host, "again src"), "task upload t src -c dev -n team");
  const inside = hostIn("/co/src");
  for (const [name, text] of host.state.texts) inside.state.texts.set(name, text);
  assert.equal(await again(inside, "again"), "task upload t /co/src -c dev -n team");
  await typeLine(inside, "task upload u");
  for (const [name, text] of inside.state.texts) host.state.texts.set(name, text);
  assert.equal(await again(host, "again src"), "task upload u /co/src -c dev -n team");
});

Deno.test("without a remembered line the error says what to type", async () => {
  const host = hostIn();
  assert.match(await refusal(host, "again"), /in "\.": none is remembered.*type it once.* upload/);
  assert.match(await refusal(host, "again nowhere"), /in "nowhere": .*; name the directory/);
  await typeLine(host, "task upload t");
  assert.match(await refusal(host, "again src"), /tkn-dev again \/co repeats that of \/co/);
});

Deno.test("--last of one kind of upload does not repeat another command", async () => {
  const host = hostIn();
  await typeLine(host, "task upload t");
  assert.match(
    await refusal(host, "p upload --last"),
    /another one; tkn-dev again .* task upload t/,
  );
  await typeLine(host, "task start t");
  assert.match(await refusal(host, "upload --last"), /another one; tkn-dev again .* task start t/);
});

Deno.test("only an upload without a name repeats", () => {
  for (
    const line of [
      "task upload t --last",
      "p upload --last -f x",
      "p upload --last --resolvertype git",
      "upload",
      "upload --last --list",
      "p start p --last",
      "pr upload r",
    ]
  ) assert.ok(!repeats(parse(line.split(" "), PROGRAM)), line);
});

Deno.test("another $KUBECONFIG is refused, unless a flag names the kubeconfig", async () => {
  const host = hostIn();
  host.variables.KUBECONFIG = "k1:/k2";
  await typeLine(host, "task upload t");
  host.variables.KUBECONFIG = "/co/k1:/k2";
  assert.match(await again(host, "again"), /^task upload t /);
  delete host.variables.KUBECONFIG;
  assert.match(
    await refusal(host, "again"),
    /was "\/co\/k1:\/k2", and is not set; .* again -k FILE/,
  );
  assert.equal(await again(host, "again -k k"), "task upload t -c dev -n team -k k");
});

Deno.test("a relative $KUBECONFIG is that of the directory", () => {
  assert.equal(absoluteKubeconfig("a::/b", "/co"), "/co/a:/b");
  assert.equal(absoluteKubeconfig("", "/co"), undefined);
  assert.equal(absoluteKubeconfig(undefined, "/co"), undefined);
});

Deno.test("a file that cannot be trusted or read is ignored, with one note", async () => {
  const host = hostIn();
  const name = await entryName("/co");
  host.state.unreadable = new FileError(`/state/${name}`, "others can write to it");
  assert.match(await refusal(host, "again"), /none is remembered/);
  assert.equal(
    host.terminal.stderr,
    `Note: /state/${name}: others can write to it: it is ignored\n`,
  );
  host.state.unreadable = undefined;
  host.terminal.stderr = "";
  host.state.texts.set(name, "{");
  assert.match(await refusal(host, "again"), /none is remembered/);
  assert.equal(host.terminal.stderr, `Note: /state/${name}: is not JSON: it is ignored\n`);
});

Deno.test("words that start no run are not repeated", async () => {
  const host = hostIn();
  for (
    const [words, why] of [
      [["cleanup", "-A"], /it starts no run/],
      [["task", "upload", "t", "--help"], /it starts no run/],
      [["again"], /it starts no run/],
      [["task", "upload", "t", "--of-another-version"], /no such flag/],
    ] as const
  ) {
    const entry = entryText({ directory: "/co", cwd: "/co", words });
    host.state.texts.set(await entryName("/co"), entry);
    assert.match(await refusal(host, "again"), why);
  }
  assert.equal(host.terminal.stderr, "");
});

Deno.test("a run that was read from stdin is repeated only if there is one", async () => {
  const host = hostIn();
  await typeLine(host, "task upload -f -");
  assert.match(await again(host, "again"), /-f -/);
  host.terminal.isTerminal.stdin = true;
  assert.match(await refusal(host, "again"), /it read the run from stdin; tkn-dev again <FILE/);
  assert.match(await again(host, "again -f run.yaml"), /^task upload -f run\.yaml/);
});

Deno.test("nothing is remembered where the user or the place says so", async () => {
  const host = hostIn();
  await typeLine(host, "task upload t --no-remember");
  host.variables.TKN_DEV_NO_REMEMBER = "1";
  await typeLine(host, "task upload t");
  delete host.variables.TKN_DEV_NO_REMEMBER;
  await typeLine(host, "task upload t -i r.test/b --remote-username u --remote-password s3cret");
  await typeLine(host, "task upload t -i r.test/b --remote-bearer s3cret");
  host.state.directory = undefined;
  await typeLine(host, "task upload t");
  host.state.directory = "/co/src/.state/tkn-dev";
  host.terminal.isTerminal.stderr = true;
  await typeLine(host, "task upload t");
  assert.equal(host.state.texts.size, 0);
  assert.equal(
    host.terminal.stderr,
    "tkn-dev again cannot repeat this: /co/src/.state/tkn-dev: is in the directory that is " +
      "uploaded\n",
  );
});

Deno.test("a home that cannot be written is a note on a terminal, and no error", async () => {
  const host = hostIn();
  host.state.unwritable = new FileError("/state", "permission denied");
  await typeLine(host, "task upload t");
  assert.equal(host.terminal.stderr, "");
  host.terminal.isTerminal.stderr = true;
  await typeLine(host, "task upload t");
  assert.match(
    host.terminal.stderr,
    /^tkn-dev again cannot repeat this: \/state: permission denied\n$/,
  );
});

Deno.test("a line is written at the first creation alone", async () => {
  const host = hostIn();
  const memory = await typeLine(host, "task upload t");
  host.state.texts.clear();
  memory.created("team");
  await memory[Symbol.asyncDispose]();
  assert.equal(host.state.texts.size, 0);
});

Deno.test("answers become words of the line, which is shown in one line and remembered", async () => {
  const host = hostIn();
  const call = parse(["task", "upload", "--no-color", "t", "src", "-p", "a=1"], PROGRAM);
  const memory = new Memory(host, typedLine(call, "src"));
  memory.answered([]);
  assert.equal(host.terminal.stderr, "");
  memory.answered(["--param", "script=echo 'hi'\nls", "--workspace", "name=source,volume=1Gi"]);
  const line = "tkn-dev task upload t src -p $'script=echo \\'hi\\'\\nls' -p a=1 " +
    "-w name=source,volume=1Gi --no-color";
  assert.equal(host.terminal.stderr, `The same without questions:\n${line}\n`);
  memory.created("team");
  await memory[Symbol.asyncDispose]();
  assert.match(await again(host, "again"), /^task upload t src -p script=echo 'hi'\nls -p a=1 -w /);
});

Deno.test("a name that was asked for comes before the directory", () => {
  const { command, flags } = parse(["task", "upload", "t", "./src"], PROGRAM);
  const line = commandLineOf({ command, flags, args: { DIR: "./src" }, rest: [], help: false });
  assert.equal(
    wordsOf(withAnswers(line, ["build", "--param", "a=b"])).join(" "),
    "task upload build ./src -p a=b",
  );
});

Deno.test("a shown line has the placeholder of a password", () => {
  const line = "task upload t -i r.test/b --remote-username u --remote-password s3cret";
  const call = parse(line.split(" "), PROGRAM);
  assert.equal(
    `${shellLine(commandLineOf(call))}`,
    "tkn-dev task upload t -i r.test/b --remote-username u --remote-password PASSWORD",
  );
});
