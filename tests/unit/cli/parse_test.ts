import assert from "node:assert/strict";
import { PROGRAM } from "../../../src/cli/commands.ts";
import { type Call, parse } from "../../../src/cli/parse.ts";
import { readFlags, takesWord } from "../../../src/cli/flags.ts";
import type { FlagSpec } from "../../../src/cli/spec.ts";
import { UsageError } from "../../../src/errors.ts";
import { refusal as refusalOf } from "../../support/refusal.ts";

function call(line: string): Call {
  return parse(line.split(" ").filter((word) => word !== ""), PROGRAM);
}

function refusal(line: string): { message: string; hint?: string } {
  try {
    call(line);
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error}`);
    return { message: error.message, hint: error.hint };
  }
  throw new Error(`no error for: ${line}`);
}

Deno.test("a command is found by its words and by its group's aliases", () => {
  for (const group of ["pipeline", "pipelines", "p"]) {
    assert.deepEqual(call(`${group} upload build`).command.path, ["pipeline", "upload"]);
  }
  for (const group of ["task", "tasks", "t"]) {
    assert.deepEqual(call(`${group} upload build`).command.path, ["task", "upload"]);
  }
  assert.deepEqual(call("version").command.path, ["version"]);
});

Deno.test("arguments go by position, and an optional one may be absent", () => {
  assert.deepEqual(call("pipeline upload build src").args, { PIPELINE: "build", DIR: "src" });
  assert.deepEqual(call("task upload build").args, { TASK: "build", DIR: undefined });
});

Deno.test("with --list or --explain the name may be absent, and a path is the directory", () => {
  assert.deepEqual(call("pipeline upload --list").args, { DIR: undefined });
  for (const path of [".", "..", "./src", "/src", "src/"]) {
    assert.deepEqual(call(`pipeline upload --list ${path}`).args, { DIR: path });
    assert.deepEqual(call(`pr upload --explain x ${path}`).args, { DIR: path });
  }
  assert.deepEqual(call("task upload --list t").args, { TASK: "t", DIR: undefined });
  assert.deepEqual(call("task upload t src --list").args, { TASK: "t", DIR: "src" });
  assert.match(refusal("task upload --list . src").message, /one argument too many/);
});

Deno.test("a name that can be asked for is missing without an error", () => {
  const missing = (line: string) => {
    const { args, missing } = call(line);
    return [args, missing?.message];
  };
  assert.deepEqual(missing("pipeline upload"), [
    { DIR: undefined },
    'Cannot run "tkn-dev pipeline upload": PIPELINE is missing',
  ]);
  assert.deepEqual(missing("task upload ./src -p a=b"), [
    { DIR: "./src" },
    'Cannot use "./src" as TASK: it is not a name',
  ]);
  assert.match(String(missing("task start")[1]), /TASK is missing$/);
  assert.match(String(missing("p start --use-pipelinerun=")[1]), /PIPELINE is missing$/);
  assert.equal(call("p start --use-pipelinerun r").missing, undefined);
  assert.equal(call("task debug t").missing, undefined);
});

Deno.test("an empty word, as of an unset variable, is no name and no directory", () => {
  const why = (...argv: string[]) => refusalOf(() => parse(argv, PROGRAM));
  for (const [group, verb] of [["pipeline", "start"], ["task", "upload"], ["pr", "logs"]]) {
    assert.match(why(group, verb, ""), /^Cannot run "tkn-dev .*": (PIPELINE|TASK|RUN) is empty\n/);
  }
  assert.match(why("pipeline", "upload", "build", ""), /: DIR is empty\n/);
  const { missing } = parse(["p", "start", "--last", "--resolvertype="], PROGRAM);
  assert.match(missing?.message ?? "", /: PIPELINE is missing$/);
});

Deno.test("a path in place of a name is refused: the name was forgotten", () => {
  for (const path of [".", "..", "./src", "taskrun/x"]) {
    for (const command of ["task start", "pr info", "tr upload"]) {
      const { message, hint } = refusal(`${command} ${path}`);
      assert.match(message, /^Cannot use ".+" as (PIPELINE|TASK|RUN): it is not a name$/);
      assert.match(hint!, /--help$/);
    }
  }
  assert.deepEqual(call("pr shell run test/run").args, { RUN: "run", STEP: "test/run" });
  assert.deepEqual(call("doctor ./src").args, { DIR: "./src" });
  assert.deepEqual(call("doctor build ./src").args, { PIPELINE: "build", DIR: "./src" });
});

Deno.test("a value may follow its flag in each of cobra's ways", () => {
  for (const flag of ["--param=a=b", "--param a=b", "-p a=b", "-pa=b", "-p=a=b", "-Cpa=b"]) {
    assert.deepEqual(call(`pipeline upload build ${flag}`).flags.texts("param"), ["a=b"], flag);
  }
});

Deno.test("flags stand before, between and after the words", () => {
  const { args, flags } = call("-n one pipeline --context two upload build -C src");
  assert.deepEqual(args, { PIPELINE: "build", DIR: "src" });
  assert.equal(flags.text("namespace"), "one");
  assert.equal(flags.text("context"), "two");
  assert.ok(flags.on("no-color"));
});

Deno.test("a flag takes any next word, as with cobra", () => {
  assert.equal(call("pipeline upload build --on-task -C").flags.text("on-task"), "-C");
  assert.deepEqual(call("-n pipeline pipeline upload build").args.PIPELINE, "build");
});

Deno.test("a repeatable flag keeps each value, any other its last", () => {
  const { flags } = call("pipeline upload build --ignore a --ignore b -n one -n two");
  assert.deepEqual(flags.texts("ignore"), ["a", "b"]);
  assert.equal(flags.text("namespace"), "two");
});

Deno.test("an empty value is a value", () => {
  const { flags } = call("pipeline upload build --on-directory= -n=");
  assert.equal(flags.text("on-directory"), "");
  assert.equal(flags.text("namespace"), "");
  assert.ok(flags.given("on-directory"));
});

Deno.test("a default holds until a flag is given", () => {
  const without = call("pipeline upload build").flags;
  assert.equal(without.text("exec"), "tar");
  assert.equal(without.text("on-task"), undefined);
  assert.ok(without.on("showlogs"));
  assert.ok(!without.on("no-color"));
  assert.ok(!without.given("exec"));
  const given = call("pipeline upload build --exec bsdtar --showlogs=false").flags;
  assert.equal(given.text("exec"), "bsdtar");
  assert.ok(!given.on("showlogs"));
  assert.ok(given.given("showlogs"));
});

Deno.test("a boolean is parsed as in Go and takes no separate word", () => {
  for (const no of ["false", "False", "FALSE", "f", "F", "0"]) {
    assert.ok(!call(`pipeline upload build --showlogs=${no}`).flags.on("showlogs"), no);
  }
  for (const yes of ["true", "T", "1"]) {
    assert.ok(call(`pipeline upload build -C=${yes}`).flags.on("no-color"), yes);
  }
  assert.equal(call("pipeline upload build --showlogs false").args.DIR, "false");
  assert.deepEqual(refusal("pipeline upload build --showlogs=maybe"), {
    message: 'Cannot read "--showlogs=maybe": neither true nor false',
    hint: "tkn-dev pipeline upload --help",
  });
});

Deno.test("an optional value follows = only; the next word is an argument", () => {
  assert.equal(call("pipeline upload build").flags.text("watch"), undefined);
  assert.equal(call("pipeline upload build --watch").flags.text("watch"), "after");
  assert.equal(call("pipeline upload build --watch=restart").flags.text("watch"), "restart");
  assert.equal(call("pipeline upload build --watch=").flags.text("watch"), "");
  const { args, flags } = call("--watch pipeline upload build --watch src");
  assert.deepEqual(args, { PIPELINE: "build", DIR: "src" });
  assert.equal(flags.text("watch"), "after");
});

Deno.test("a letter with an optional value may be bundled, as with cobra", () => {
  const specs = [
    { name: "sieve", short: "s", value: "SIZE", alone: "fine", help: "" },
    { name: "dry", short: "d", help: "" },
  ];
  const { flags, words } = readFlags(["-sd", "coarse"], specs, "hint");
  assert.deepEqual([flags.text("sieve"), flags.on("dry"), words], ["fine", true, ["coarse"]]);
  assert.equal(readFlags(["-ds=coarse"], specs, "hint").flags.text("sieve"), "coarse");
});

Deno.test("two dashes end the flags and one dash is an argument", () => {
  assert.deepEqual(call("pipeline upload -- --odd -C").args, { PIPELINE: "--odd", DIR: "-C" });
  assert.deepEqual(call("pipeline upload build -").args, { PIPELINE: "build", DIR: "-" });
});

Deno.test("asking for a flag that the command lacks is a bug, not the user's error", () => {
  const { flags } = call("task upload build");
  assert.throws(() => flags.text("on-task"), /no flag --on-task/);
});

Deno.test("no command, or a group alone, is a call of help", () => {
  assert.deepEqual(call("").command.path, ["help"]);
  assert.equal(call("").args.COMMAND, undefined);
  assert.equal(call("p").args.COMMAND, "pipeline");
  assert.equal(call("help pipeline upload").args.COMMAND, "pipeline upload");
});

Deno.test("with --help arguments are not checked, flags are", () => {
  assert.ok(call("pipeline upload --help").help);
  assert.ok(call("pipeline upload a b c d -h").help);
  assert.equal(refusal("pipeline upload -h --x").message, 'Cannot read "--x": no such flag');
});

Deno.test("the error for an unknown command suggests a command", () => {
  assert.deepEqual(refusal("pipline upload build"), {
    message: 'Cannot run "tkn-dev pipline": no such command',
    hint: "did you mean tkn-dev pipeline? See tkn-dev --help",
  });
  assert.deepEqual(refusal("p uplaod build"), {
    message: 'Cannot run "tkn-dev pipeline uplaod": no such command',
    hint: "did you mean tkn-dev pipeline upload? See tkn-dev pipeline --help",
  });
  assert.equal(refusal("sand").hint, "did you mean tkn-dev sandbox? See tkn-dev --help");
  assert.equal(refusal("frobnicate").hint, "tkn-dev --help");
  assert.equal(refusal("help pipline").message, 'Cannot run "tkn-dev pipline": no such command');
});

Deno.test("--version without a command is version --client", () => {
  const { command, flags } = call("--version -o json");
  assert.deepEqual(command.path, ["version"]);
  assert.ok(flags.on("client"));
  assert.equal(flags.text("output"), "json");
  assert.equal(refusal("pipeline --version").hint, "tkn-dev pipeline --help");
});

Deno.test("a command for completion scripts gets all words as they are", () => {
  const { command, rest } = call("__complete --help p -- -x");
  assert.deepEqual(command.path, ["__complete"]);
  assert.deepEqual(rest, ["--help", "p", "--", "-x"]);
});

Deno.test("the error for an unknown flag suggests a flag", () => {
  assert.deepEqual(refusal("pipeline upload build --on-tsk x"), {
    message: 'Cannot read "--on-tsk": no such flag',
    hint: "did you mean --on-task? See tkn-dev pipeline upload --help",
  });
  const hintOf = (flag: string) => refusal(`pipeline upload build ${flag}`).hint;
  assert.match(hintOf("--shwlogs")!, /^did you mean --showlogs\?/);
  assert.match(hintOf("--serv=x")!, /^did you mean --serviceaccount\?/);
  assert.match(hintOf("-exec")!, /^did you mean --exec\?/);
  assert.equal(hintOf("-x"), "tkn-dev pipeline upload --help");
});

Deno.test("another name of a flag is the same flag, and is not suggested", () => {
  const flags = (...argv: string[]) => parse(["p", "upload", "build", ...argv], PROGRAM).flags;
  assert.equal(flags("--showlog=false").on("showlogs"), false);
  assert.equal(flags("--nocolour").on("no-color"), true);
  assert.ok(parse(["--nocolour", "p", "upload", "build"], PROGRAM).flags.given("no-color"));
  assert.match(refusal("pipeline upload build --nocolur").hint!, /^did you mean --no-color\?/);
});

Deno.test("a missing value, a missing and an extra argument are named", () => {
  assert.deepEqual(refusal("pipeline upload build --param"), {
    message: 'Cannot read "--param": its value (KEY=VALUE) is missing',
    hint: "tkn-dev pipeline upload --help",
  });
  assert.equal(
    refusal("pr shell").message,
    'Cannot run "tkn-dev pipelinerun shell": RUN is missing',
  );
  assert.equal(
    refusal("pipeline upload build src more stuff").message,
    'Cannot read "more": one argument too many, after PIPELINE and DIR',
  );
  assert.equal(
    refusal("version now").message,
    'Cannot read "now": one argument too many, after the command',
  );
});

Deno.test("a flag has one letter and one kind in all commands, so that it may precede them", () => {
  const seen = new Map<string, FlagSpec>();
  const flags = PROGRAM.commands.flatMap((command) => command.flags)
    .map((flag) => flag.name === "timestamps" ? { ...flag, short: undefined } : flag); // see below
  for (const flag of flags) {
    const other = seen.get(flag.name) ?? flag;
    assert.deepEqual([flag.short, flag.value === undefined, takesWord(flag)], [
      other.short,
      other.value === undefined,
      takesWord(other),
    ]);
    seen.set(flag.name, flag);
  }
});

Deno.test("in logs, -t is the flag that it is in tkn", () => {
  assert.deepEqual(call("pipelinerun logs r -t build,test -t x").flags.texts("task"), [
    "build,test",
    "x",
  ]);
  for (const command of ["taskrun logs r", "task logs t r", "pipeline logs p r"]) {
    const { flags, args } = call(`${command} -t`);
    assert.ok(flags.on("timestamps"));
    assert.equal(args.RUN, "r");
  }
});

Deno.test("a letter of two flags works before the command if both take a value", () => {
  assert.equal(call("-s robot pipeline upload p").flags.text("serviceaccount"), "robot");
  assert.equal(call("-s build taskrun logs r").flags.text("step"), "build");
});

Deno.test("a letter of two flags of which one takes a value works only after the command", () => {
  assert.equal(parse(["create", "-f", "x"], PROGRAM).flags.text("filename"), "x");
  assert.equal(parse(["pr", "logs", "r", "-f"], PROGRAM).flags.on("follow"), true);
  assert.match(refusal("-f create").message, /^Cannot run .*FILE|^Cannot read "-f"/);
});

Deno.test("no command has two flags or two arguments of one name", () => {
  for (const { path, flags, args } of PROGRAM.commands) {
    for (const names of [flags.map(({ name }) => name), args.map(({ name }) => name)]) {
      assert.equal(new Set(names).size, names.length, path.join(" "));
    }
  }
});
