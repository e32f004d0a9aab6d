import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { pipelineBreaks, taskBreaks } from "../../../../src/commands/holding/breakpoints.ts";
import { options as debugPipeline } from "../../../../src/commands/pipeline_debug.ts";
import { options as uploadPipeline } from "../../../../src/commands/pipeline_upload.ts";
import { options as debugTask } from "../../../../src/commands/task_debug.ts";
import { refusal } from "../../../support/refusal.ts";

const debug = (words: string) => debugPipeline(parse(`p debug ${words}`.split(" "), PROGRAM));
const upload = (words: string) => uploadPipeline(parse(`p upload p ${words}`.split(" "), PROGRAM));

const READ = {
  owner: 'Pipeline "p"',
  definition: { metadata: { name: "p" }, spec: { tasks: [{ name: "clone" }, { name: "test" }] } },
};

Deno.test("a directory of debug is uploaded, and --upload DIR is the same", () => {
  for (const words of ["p . --on-failure", "p --upload . --on-failure", "p . --upload ."]) {
    const { name, directory, upload } = debug(words);
    assert.deepEqual([name, directory], ["p", "."]);
    assert.deepEqual(upload, { onTask: undefined, onStep: undefined, image: undefined });
  }
  assert.equal(debug("p --on-failure").upload, undefined);
  const chosen = debug("p src --upload-task fetch --upload-step get --upload-image tools");
  assert.deepEqual(chosen.upload, { onTask: "fetch", onStep: "get", image: "tools" });
  const own = debugTask(parse("t debug t . --upload-step get".split(" "), PROGRAM));
  assert.equal(own.upload?.onStep, "get");
});

Deno.test("--base of debug is that of upload", () => {
  assert.deepEqual(debug("p . --on-failure --base=v1").base, { commit: "v1", isAuto: false });
  assert.deepEqual(debug("p . --on-failure --base --watch").base, { isAuto: false });
  assert.match(
    refusal(() => debug("p . --base --with-git")),
    /^Cannot use --base with --with-git:/,
  );
});

Deno.test("flags of debug about an upload need a directory, and one directory alone", () => {
  for (
    const [words, expected] of [
      ["p . --upload src", 'Cannot use --upload "src": the directory is "." already\n.*leave'],
      ["p --upload-task x", "Cannot use --upload-task: nothing is uploaded\nadd a directory"],
      ["p --base", "Cannot use --base: nothing is uploaded\nadd a directory"],
      ["p --watch --base", "Cannot use --base: nothing is uploaded\n"],
      ["p --result a=b", "Cannot use --result: nothing is uploaded\n"],
      ["p --on-workspace w", "Cannot use --on-workspace: nothing is uploaded\n"],
      ["p . -o name", "Cannot use a directory with --output: the run is created and left"],
      ["p . --on-step test", 'Cannot hold at --on-step "test": it is not TASK/STEP\n'],
    ]
  ) assert.match(refusal(() => debug(words)), new RegExp(`^${expected}`));
});

Deno.test("an upload has breakpoints: tasks, steps and failures", () => {
  assert.equal(pipelineBreaks(READ, upload(".")), undefined);
  const { tasks, steps, onFailure, after } = pipelineBreaks(
    READ,
    upload(". --break test/run --break clone --on-failure --after"),
  )!;
  assert.deepEqual([tasks, steps], [["clone"], [{ task: "test", step: "run" }]]);
  assert.deepEqual([onFailure, after], [true, true]);
  assert.deepEqual(taskBreaks({ owner: 'Task "t"' }, upload(". --break run"))!.steps, [
    { step: "run" },
  ]);
});

Deno.test("a breakpoint that an upload can't hold at is refused", () => {
  for (
    const [words, expected] of [
      ["--break tests", 'Cannot find task "tests": Pipeline "p" has no such task\n.*clone, test'],
      ["--break tests/run", 'Cannot find task "tests": Pipeline "p" has no such task\n'],
      ["--break test/", 'Cannot hold at --break "test/": it is not TASK/STEP\n--break build/'],
      ["--break=", 'Cannot hold at --break "": it is not a name\n--break build/'],
    ]
  ) {
    assert.match(refusal(() => pipelineBreaks(READ, upload(words))), new RegExp(`^${expected}`));
  }
  assert.equal(
    refusal(() => taskBreaks({ owner: 'Task "t"' }, upload("--break test/run"))),
    'Cannot hold at --break "test/run": Task "t" has steps, not tasks\n--break run',
  );
});

Deno.test("breakpoints of an upload exclude what leaves the run, and what starts it anew", () => {
  for (
    const [words, expected] of [
      ["--break a --no-continue", "Cannot use --break with --no-continue: "],
      ["--on-failure --no-continue", "Cannot use --on-failure with --no-continue: "],
      ["--break a --watch", "Cannot watch with --break: "],
      ["--on-failure --watch", "Cannot watch with --on-failure: "],
      ["--after", "Cannot use --after: the run holds nowhere after the upload\nadd --break or"],
      ["--patch f", "Cannot use --patch: the run holds nowhere after the upload\n"],
      ["--break a --without-shell --after", "Cannot hold without a shell after a step's work"],
    ]
  ) assert.match(refusal(() => upload(words)), new RegExp(`^${expected}`));
  assert.equal(upload("--no-continue --shell --patch f").shell.patchFile, "f");
});
