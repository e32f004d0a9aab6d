import assert from "node:assert/strict";
import { complete, type NamesOf } from "../../../../src/cli/completion/complete.ts";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { fakeNames, noNames } from "../../../support/fake_names.ts";

/** The last word of `line` is completed; a final space means an empty one. */
async function completed(line: string, namesOf: NamesOf = fakeNames) {
  return await complete(line.split(" "), PROGRAM, namesOf);
}

async function words(line: string, namesOf: NamesOf = fakeNames): Promise<string[]> {
  return (await completed(line, namesOf)).candidates.map(({ word }) => word);
}

const offline = (line: string) => words(line, noNames);

Deno.test("the first word is a command or a group, and the second a verb of the group", async () => {
  assert.deepEqual(await offline("pi"), ["pipeline", "pipelinerun"]);
  assert.ok((await offline("")).includes("version"));
  assert.deepEqual(await offline("pipeline de"), ["debug"]);
  assert.deepEqual(await offline("p -n ns d"), ["debug"]);
  assert.deepEqual(await offline("-n ns -C task u"), ["upload"]);
  assert.deepEqual(await offline("nonsense "), []);
  assert.deepEqual(await offline("pipeline nonsense "), []);
  assert.ok(!(await offline("__")).some((word) => word.startsWith("__")));
});

Deno.test("each command offers each of its flags, with its help", async () => {
  for (const { path, flags } of PROGRAM.commands) {
    const found = await completed(`${path.join(" ")} -`, noNames);
    for (const { name, value, default: otherwise, help, isHidden } of flags) {
      if (isHidden) continue;
      const word = value === undefined && otherwise === true ? `--${name}=false` : `--${name}`;
      const candidate = found.candidates.find((one) => one.word === word);
      assert.equal(candidate?.text, help.split("\n")[0], `${path} ${word}`);
    }
  }
});

Deno.test("a flag that was given is offered again only if it can be repeated", async () => {
  const found = await offline("pipeline upload x --eol git -p a=b --");
  assert.ok(!found.includes("--eol"));
  assert.ok(found.includes("--param"));
  assert.ok(!(await offline("pipeline start x --time")).includes("--timeout"));
});

Deno.test("before a command there are the flags of any command, and --version", async () => {
  assert.deepEqual(await offline("--ver"), ["--verbose", "--version"]);
  assert.deepEqual(await offline("pipeline --ver"), ["--verbose"]);
  assert.deepEqual(await offline("--ev"), []);
});

Deno.test("a flag with few values offers them, in the same word too", async () => {
  assert.deepEqual(await offline("pipeline upload x --eol "), ["asis", "git"]);
  assert.deepEqual(await offline("pipeline upload x --eol=g"), ["--eol=git"]);
  assert.deepEqual(await offline("create -o "), ["yaml", "json", "name"]);
  assert.deepEqual(await offline("create -oj"), ["-ojson"]);
  assert.deepEqual(await offline("create -o=j"), ["-o=json"]);
  assert.deepEqual(await offline("pipeline upload x --no-color="), [
    "--no-color=true",
    "--no-color=false",
  ]);
});

Deno.test("a flag whose value may be left out takes its values after = only", async () => {
  assert.deepEqual(await offline("pipeline upload x --wa"), [
    "--watch",
    "--watch=ahead",
    "--watch=restart",
  ]);
  assert.deepEqual(await offline("pipeline upload x --watch="), [
    "--watch=after",
    "--watch=ahead",
    "--watch=restart",
  ]);
});

Deno.test("files and directories are for the shell", async () => {
  for (const line of ["create -f ", "pipeline upload x -k ", "pipeline upload x --ignore-file=a"]) {
    assert.equal((await completed(line, noNames)).files, "files", line);
  }
  for (const line of ["pipeline upload x ", "pipeline upload --list ", "task debug t --upload s"]) {
    assert.equal((await completed(line, noNames)).files, "directories", line);
  }
  assert.equal((await completed("pipeline upload x . ", noNames)).files, undefined);
});

Deno.test("names are those of the typed namespace, context and kubeconfig", async () => {
  assert.deepEqual(await words("pipeline upload "), ["build", "release"]);
  assert.deepEqual(await words("task debug c"), ["clone"]);
  assert.deepEqual(await words("p upload -n ns --context=c -k k s"), ["seen-ns-c-k"]);
  assert.deepEqual(await words("-Cn ns p upload s"), ["seen-ns"]);
  assert.deepEqual(await words("p upload -n "), ["team-a", "team-b"]);
  assert.deepEqual(await words("p upload -c d"), ["dev"]);
  assert.deepEqual(await words("p upload -Cntea"), ["-Cnteam-a", "-Cnteam-b"]);
  assert.deepEqual(await words("p upload x -s "), ["default"]);
});

Deno.test("runs are those that hold, or all of them for logs", async () => {
  for (const verb of ["shell", "exec", "run", "continue", "fail-continue", "info", "upload"]) {
    assert.deepEqual(await words(`pr ${verb} `), ["pipelinerun-held"]);
    assert.deepEqual(await words(`taskrun ${verb} `), ["taskrun-held"]);
  }
  assert.deepEqual(await words("tr logs "), ["taskrun-new", "taskrun-old"]);
  assert.deepEqual(await words("pr shell r "), ["r-step"]);
  assert.deepEqual(await words("pr upload r --on-step "), ["r-step"]);
  assert.deepEqual(await words("pr exec r -- "), []);
});

Deno.test("flags that name a run offer the runs of the Pipeline's or Task's kind", async () => {
  assert.deepEqual(await words("p start build --use-pipelinerun "), [
    "pipeline-build-new",
    "pipeline-build-old",
  ]);
  assert.deepEqual(await words("t start clone --use-taskrun="), [
    "--use-taskrun=task-clone-new",
    "--use-taskrun=task-clone-old",
  ]);
});

Deno.test("logs offer the runs of a Pipeline, and the tasks and steps of a run", async () => {
  assert.deepEqual(await words("p logs build "), ["pipeline-build-new", "pipeline-build-old"]);
  assert.deepEqual(await words("pr logs r -t "), ["r-task"]);
  assert.deepEqual(await words("pr logs r --step "), ["pipelinerun-r-step"]);
  assert.deepEqual(await words("p logs build r -s "), ["pipeline-r-step"]);
  assert.deepEqual(await words("tr logs -s "), []);
});

Deno.test("tasks, steps, results and workspaces are those of the typed Pipeline or Task", async () => {
  assert.deepEqual(await words("p upload build --on-task "), ["fetch", "compile", "remote"]);
  assert.deepEqual(await words("p upload build --on-step "), ["fetch", "compile", "pack"]);
  assert.deepEqual(await words("p upload build --on-task compile --on-step "), ["compile", "pack"]);
  assert.deepEqual(await words("p upload --on-step x bu"), ["build"]);
  assert.deepEqual(await words("p debug build --on-step "), [
    "fetch/fetch",
    "compile/compile",
    "compile/pack",
  ]);
  assert.deepEqual(await words("t debug go-build --on-step "), ["compile", "pack"]);
  assert.deepEqual(await words("p upload build --break "), [
    "fetch",
    "compile",
    "remote",
    "fetch/fetch",
    "compile/compile",
    "compile/pack",
  ]);
  assert.deepEqual(await words("t upload go-build --break "), ["compile", "pack"]);
  assert.deepEqual(await words("p upload build --result c"), ["commit="]);
  assert.deepEqual(await words("t upload clone --on-workspace "), ["output", "ssh"]);
  assert.deepEqual(await words("p upload none --on-task "), []);
  assert.deepEqual(await words("p upload --on-task "), []);
});

Deno.test("a param is NAME=, with its default beside it, and then its values", async () => {
  const { candidates, isStart } = await completed("p upload build -p ");
  assert.deepEqual(candidates, [
    { word: "goos=", text: "default: linux" },
    { word: "flags=", text: "default: -v,-x" },
    { word: "package=", text: "what to build, required" },
  ]);
  assert.ok(isStart);
  assert.deepEqual(await words("p upload build -p goos="), ["goos=linux", "goos=darwin"]);
  assert.deepEqual(await words("p upload build --param=goos=d"), ["--param=goos=darwin"]);
  assert.deepEqual(await words("p upload build -p flags="), ["flags=-v,-x"]);
  assert.deepEqual(await words("p upload build -p package="), []);
  assert.deepEqual(await words("p upload build -p none="), []);
  assert.deepEqual(await words("t upload clone -p "), ["url="]);
});

Deno.test("a param that was given is offered again only if it is an array", async () => {
  assert.deepEqual(await words("p upload build -p goos=x -p flags=x -p "), ["flags=", "package="]);
});

Deno.test("a workspace is bound key by key", async () => {
  assert.deepEqual(await words("p upload build -w "), ["name=source,", "name=cache,"]);
  assert.deepEqual(await words("p upload build -w name=source,emptyDir= -w "), ["name=cache,"]);
  const keys = await words("p upload build -w name=source,");
  assert.ok(keys.includes("name=source,claimName="));
  assert.ok(keys.includes("name=source,volume="));
  assert.deepEqual(await words("p upload build -w name=source,claimName="), [
    "name=source,claimName=cache",
    "name=source,claimName=source",
  ]);
  assert.deepEqual(await words("p upload build -w claimName=cache,"), [
    "claimName=cache,name=source,",
    "claimName=cache,name=cache,",
  ]);
  assert.deepEqual(await words("p upload build -w name=source,volume=1Gi,s"), [
    "name=source,volume=1Gi,subPath=",
    "name=source,volume=1Gi,storageClass=",
  ]);
  assert.deepEqual(await words("p upload build -w name=source,volume=1Gi,accessMode=ReadWriteM"), [
    "name=source,volume=1Gi,accessMode=ReadWriteMany",
  ]);
  assert.deepEqual(await words("p upload build -w name=source,secret="), [
    "name=source,secret=ssh-key",
  ]);
  assert.deepEqual(await words("p upload none -w "), ["name="]);
  const file = await completed("p upload build -w name=source,volumeClaimTemplateFile=");
  assert.equal(file.files, "files");
});

Deno.test("help offers the words of commands", async () => {
  assert.deepEqual(await offline("help pi"), ["pipeline", "pipelinerun"]);
  assert.deepEqual(await offline("help t de"), ["debug"]);
  assert.deepEqual(await offline("help version "), []);
  assert.deepEqual(await offline("completion "), ["bash", "zsh", "fish", "powershell"]);
});

Deno.test("words after a wrong flag are still completed", async () => {
  assert.deepEqual(await offline("pipeline upload --nonsense x --eol g"), ["git"]);
  assert.deepEqual(await offline("pipeline upload -Z x --eol="), ["--eol=asis", "--eol=git"]);
});
