import assert from "node:assert/strict";
import { PROGRAM } from "../../../../src/cli/commands.ts";
import { parse } from "../../../../src/cli/parse.ts";
import { options as pipelineOptions } from "../../../../src/commands/pipeline_upload.ts";
import { options as taskOptions } from "../../../../src/commands/task_upload.ts";
import { options as sandboxOptions } from "../../../../src/commands/sandbox.ts";
import { readParam } from "../../../../src/commands/options/run_flags.ts";
import { refusal } from "../../../support/refusal.ts";

const pipeline = (...argv: string[]) =>
  withoutLine(pipelineOptions(parse(["pipeline", "upload", "p", ...argv], PROGRAM)));
const task = (...argv: string[]) =>
  withoutLine(taskOptions(parse(["task", "upload", "t", ...argv], PROGRAM)));

/** The line is the same command line again. */
function withoutLine<T extends { typed: unknown }>({ typed: _, ...options }: T) {
  return options;
}

const DEFAULTS = {
  connect: { namespace: undefined, context: undefined, kubeconfig: undefined },
  directory: ".",
  onTask: undefined,
  onStep: undefined,
  breaks: [],
  onFailure: false,
  after: false,
  withoutShell: false,
  shell: { debugImage: undefined, patchFile: undefined },
  onWorkspace: undefined,
  onDirectory: undefined,
  ignore: [],
  ignoreFiles: [],
  readsIgnoreFiles: true,
  withGit: false,
  eol: "asis",
  events: false,
  secrets: "warn",
  files: undefined,
  listOrExplain: undefined,
  program: ["tar"],
  compress: "auto",
  deletes: "auto",
  image: undefined,
  handOver: undefined,
  watch: undefined,
  base: undefined,
  showlogs: true,
  pauseSeconds: 600,
  dryRun: undefined,
  print: undefined,
  labels: {},
  taskAccounts: [],
  podTemplate: undefined,
  prefix: undefined,
  timeouts: undefined,
  from: undefined,
  notes: [],
  params: [],
  workspaces: [],
  results: [],
  serviceAccount: undefined,
  unnamed: undefined,
  noInput: false,
  offersOptional: true,
  allowProbe: false,
  color: true,
};

Deno.test("without flags, options have their defaults", () => {
  assert.deepEqual(pipeline(), { ...DEFAULTS, name: "p" });
  assert.deepEqual(task(), { ...DEFAULTS, name: "t" });
});

const FLAGS = [
  ["src", "--on-step", "s", "--on-workspace", "w", "--on-directory", "a/b"],
  [
    "--allow-probe",
    "--ignore",
    "x",
    "--ignore",
    "*.y",
    "--ignore-file",
    "f",
    "--ignore-file",
    "g",
    "--no-ignore",
    "--with-git",
    "--eol=git",
    "--secrets",
    "deny",
    "--list",
    "--explain",
    "e",
    "--exec",
    "bsdtar",
    "--showlogs=false",
    "-C",
  ],
  ["-p", "a=1", "--param", "b=x=y", "-w", "name=w,claimName=pvc,subPath=d"],
  ["-w", "name=v,volumeClaimTemplateFile=v.yaml", "--result", "commit=abc", "-s", "sa"],
  ["-n", "ns", "-c", "ctx", "-k", "file", "--dry-run", "-o", "json", "--pause-timeout", "1h30m"],
  ["--upload-image", "busybox", "--compress=always", "--delete=never"],
  ["-l", 'a=b,"c=d,e"', "--pod-template", "pod.yaml", "--prefix-name", "mine"],
  ["--no-input", "--skip-optional-workspace"],
  ["--break", "test", "--on-failure", "--after", "--debug-image", "tools", "--patch", "fix.json"],
].flat();

Deno.test("an empty flag that chooses the cluster is as if it were not given", () => {
  const { connect } = pipeline("-n", "", "--context", "", "--kubeconfig=");
  assert.deepEqual(connect, { namespace: undefined, context: undefined, kubeconfig: undefined });
});

Deno.test("every flag sets its option", () => {
  const common = {
    connect: { namespace: "ns", context: "ctx", kubeconfig: "file" },
    directory: "src",
    onTask: undefined,
    onStep: "s",
    breaks: ["test"],
    onFailure: true,
    after: true,
    withoutShell: false,
    shell: { debugImage: "tools", patchFile: "fix.json" },
    onWorkspace: "w",
    onDirectory: "a/b",
    ignore: ["x", "*.y"],
    ignoreFiles: ["f", "g"],
    readsIgnoreFiles: false,
    withGit: true,
    eol: "git" as const,
    events: false,
    secrets: "deny" as const,
    files: undefined,
    listOrExplain: { paths: ["e"], soleArgument: undefined },
    program: ["bsdtar"],
    compress: "always" as const,
    deletes: "never" as const,
    image: "busybox",
    handOver: undefined,
    watch: undefined,
    base: undefined,
    showlogs: false,
    pauseSeconds: 5400,
    dryRun: "json" as const,
    print: undefined,
    labels: { a: "b", c: "d,e" },
    taskAccounts: [],
    podTemplate: "pod.yaml",
    prefix: "mine",
    timeouts: undefined,
    from: undefined,
    notes: [],
    params: [{ name: "a", text: "1" }, { name: "b", text: "x=y" }],
    workspaces: [
      { name: "w", persistentVolumeClaim: { claimName: "pvc" }, subPath: "d" },
      { name: "v", volumeClaimTemplateFile: "v.yaml" },
    ],
    results: [{ name: "commit", value: "abc" }],
    serviceAccount: "sa",
    unnamed: undefined,
    noInput: true,
    offersOptional: false,
    allowProbe: true,
    color: false,
  };
  assert.deepEqual(pipeline(...FLAGS, "--on-task", "clone"), {
    ...common,
    name: "p",
    onTask: "clone",
  });
  assert.deepEqual(task(...FLAGS), { ...common, name: "t" });
});

Deno.test("a directory in the workspace loses redundant parts of its path", () => {
  for (
    const [given, told] of [
      [".", "."],
      ["", "."],
      ["./", "."],
      ["a//b/", "a/b"],
      ["./a/./b", "a/b"],
      ["..a", "..a"],
      ["a b", "a b"],
      ["-x", "-x"],
      ["/var//workdir/./a/", "/var/workdir/a"],
      ["/", "/"],
    ]
  ) assert.equal(pipeline("--on-directory", given).onDirectory, told, given);
});

Deno.test("a directory outside the workspace is refused", () => {
  for (
    const [given, why] of [
      ["/a/..", 'it has ".." in it'],
      ["..", "it leads out of the workspace"],
      ["a/../b", 'it has ".." in it'],
      ["./a/../../b", "it leads out of the workspace"],
      ["a\nb", "no directory has such a name"],
      ["a\0", "no directory has such a name"],
    ]
  ) {
    assert.equal(
      refusal(() => task("--on-directory", given)),
      `Cannot upload into --on-directory "${given}": ${why}\n` +
        "give a path relative to the workspace's root, or an absolute one in the container",
    );
  }
});

Deno.test("--exec is split into words like in a shell, without expansion", () => {
  for (
    const [given, words] of [
      ["bsdtar", ["bsdtar"]],
      ["  tar   -x  ", ["tar", "-x"]],
      [`sh -c "cat >'x y'"`, ["sh", "-c", "cat >'x y'"]],
      ["sh -c 'cat >$HOME/x'", ["sh", "-c", "cat >$HOME/x"]],
      ["a $(b) ; c", ["a", "$(b)", ";", "c"]],
    ] as const
  ) assert.deepEqual(pipeline("--exec", given).program, words);
});

Deno.test("an empty --exec is refused", () => {
  for (const given of ["", "  "]) {
    assert.equal(
      refusal(() => pipeline("--exec", given)),
      `Cannot run --exec "${given}": it names no program\nthe default is --exec tar`,
    );
  }
});

Deno.test("a malformed param, result or workspace is refused by its flag's name", () => {
  assert.match(refusal(() => task("-p", "x")), /^Cannot read --param "x"/);
  assert.match(refusal(() => task("--result", "x")), /^Cannot read --result "x"/);
  assert.match(refusal(() => task("-w", "name=x")), /^Cannot read --workspace "name=x"/);
});

Deno.test("a param is parsed as its type, or refused with an example", () => {
  assert.equal(readParam("a", "x,y", "string"), "x,y");
  assert.deepEqual(readParam("a", "x,y", "array"), ["x", "y"]);
  assert.deepEqual(readParam("a", "k:v", "object"), { k: "v" });
  assert.equal(
    refusal(() => readParam("a", "x", "object")),
    'Cannot set param "a": it is an object, and "x" is not\n--param a=key:value,key2:value2',
  );
});

Deno.test("the sandbox takes any free port, or the port that --port names", () => {
  const port = (...argv: string[]) => sandboxOptions(parse(["sandbox", ...argv], PROGRAM));
  assert.deepEqual(port(), {});
  assert.deepEqual(port("--port", "0"), { port: 0 });
  assert.deepEqual(port("--port", "65535"), { port: 65535 });
  for (const given of ["65536", "x", "", "1.5", "0x10"]) {
    assert.equal(
      refusal(() => port(`--port=${given}`)),
      `Cannot listen on --port "${given}": it is not a number from 0 to 65535`,
    );
  }
});

Deno.test("--dry-run prints YAML by default, and --output needs --dry-run", () => {
  assert.equal(pipeline("--dry-run").dryRun, "yaml");
  assert.equal(pipeline("--dry-run", "-o", "JSON").dryRun, "json");
  assert.throws(() => pipeline("--dry-run", "-o", "xml"), /"xml": no such format/);
});

Deno.test("--watch alone means --watch=after; --watch=restart is the other mode", () => {
  assert.equal(pipeline("--watch").watch, "after");
  assert.equal(task("--watch=after").watch, "after");
  assert.equal(task("--watch=restart").watch, "restart");
  assert.equal(
    refusal(() => task("--watch=now")),
    'Cannot watch as --watch="now": no such mode\n--watch, --watch=ahead or --watch=restart',
  );
});

Deno.test("flags that exclude --watch are refused with the reason", () => {
  const refused = (...argv: string[]) => refusal(() => pipeline("--watch", ...argv));
  assert.equal(
    refused("--no-continue"),
    "Cannot watch with --no-continue: the run is left held, and does not end\n" +
      "leave out --watch or --no-continue",
  );
  assert.match(refused("--dry-run"), /^Cannot watch with --dry-run: it starts no run\n/);
  assert.match(refused("--list"), /^Cannot watch with --list: it starts no run\n/);
  assert.match(refused("--explain", "a"), /^Cannot watch with --explain: it starts no run\n/);
  assert.match(refused("--showlogs=false"), /^Cannot watch with --showlogs=false: .*not followed/);
});

Deno.test("--base alone finds a commit; --base=auto may send everything; others name a commit", () => {
  assert.deepEqual(pipeline("--base").base, { isAuto: false });
  assert.deepEqual(task("--base=auto").base, { isAuto: true });
  assert.deepEqual(pipeline("--base=v1.2").base, { commit: "v1.2", isAuto: false });
  assert.match(refusal(() => pipeline("--base=")), /^Cannot use --base=: it names no commit\n/);
});

Deno.test("flags that exclude --base are refused with the reason", () => {
  const refused = (...argv: string[]) => refusal(() => pipeline("--base", ...argv));
  assert.equal(
    refused("--with-git"),
    "Cannot use --base with --with-git: the clone has its own .git\nleave out --base or --with-git",
  );
  assert.match(refused("--no-continue"), /--no-continue: it holds a step before its own work\n/);
  assert.match(refused("--upload-image", "i"), /--upload-image: the clone's own image clones\n/);
  assert.match(refused("--delete"), /--delete=always: the rest of the tree is only in the works/);
  assert.match(refused("--exec", "cat -"), /--exec: a command unpacks into an empty directory\n/);
  assert.equal(pipeline("--base", "--watch=ahead").watch, "ahead");
  assert.deepEqual(pipeline("--base", "--delete=never").deletes, "never");
});

Deno.test("without --dry-run, --output prints the created run and no logs", () => {
  const { dryRun, print, showlogs } = pipeline("-o", "Name");
  assert.deepEqual({ dryRun, print, showlogs }, {
    dryRun: undefined,
    print: "name",
    showlogs: false,
  });
  assert.equal(
    refusal(() => task("--output", "yaml", "--showlog")),
    "Cannot show logs with --output: stdout is for the run alone\n" +
      "leave out --showlogs or --output",
  );
  assert.equal(task("--output", "yaml", "--showlog=false").print, "yaml");
  assert.match(
    refusal(() => task("-o", "yaml", "--no-continue", "--shell")),
    /^Cannot open a shell/,
  );
  assert.match(refusal(() => task("-o", "yaml", "--watch")), /^Cannot watch with --output/);
});

Deno.test("the three timeouts of a Pipeline win over the deprecated one, which is noted", () => {
  assert.deepEqual(pipeline("--pipeline-timeout", "1h30m", "--finally-timeout=0").timeouts, {
    pipeline: "1h30m0s",
    tasks: undefined,
    finally: "0s",
  });
  const old = pipeline("--timeout", "45m");
  assert.deepEqual(old.timeouts, { pipeline: "45m0s" });
  assert.deepEqual(old.notes, ["--timeout is deprecated: use --pipeline-timeout"]);
  assert.deepEqual(pipeline("--timeout", "45m", "--tasks-timeout", "1h").timeouts, {
    pipeline: undefined,
    tasks: "1h0m0s",
    finally: undefined,
  });
  assert.deepEqual(task("--timeout", "0").timeouts, { task: "0s" });
  assert.deepEqual(task("--timeout", "0").notes, []);
});

Deno.test("service accounts of tasks are separated by commas, or the flag is repeated", () => {
  const accounts = (...argv: string[]) => pipeline(...argv).taskAccounts;
  assert.deepEqual(
    accounts("--task-serviceaccount", "a=x,b=y", "--task-serviceaccount", "c="),
    [["a", "x"], ["b", "y"], ["c", ""]].map(([task, serviceAccount]) => ({ task, serviceAccount })),
  );
  for (const text of ["build", "=x", "build=a=b"]) {
    assert.equal(
      refusal(() => accounts("--task-serviceaccount", text)),
      `Cannot read --task-serviceaccount "${text}": it is not TASK=NAME\n` +
        "--task-serviceaccount build=my-account",
    );
  }
});

Deno.test("a label needs a key and a value", () => {
  assert.deepEqual(pipeline("-l", "a=b=c", "--labels", "a=,d=e").labels, { a: "", d: "e" });
  assert.match(refusal(() => pipeline("-l", "team")), /^Cannot read --labels "team"/);
});

Deno.test("a new run may start from the last run, a run by name, or a bundle", () => {
  assert.deepEqual(pipeline("-L").from, { resolver: undefined });
  assert.deepEqual(pipeline("--last", "--resolvertype", "git").from, { resolver: "git" });
  assert.deepEqual(pipeline("--resolvertype=remote").from, { resolver: "remote" });
  assert.deepEqual(pipeline("--use-pipelinerun", "r").from, { run: "r" });
  assert.deepEqual(task("--last").from, {});
  assert.deepEqual(task("--use-taskrun=r").from, { run: "r" });
  assert.deepEqual(task("-i", "registry.test/b:1").from, { bundle: "registry.test/b:1" });
});

Deno.test("with a resolver the Pipeline's name may be absent", () => {
  const given = (...argv: string[]) =>
    pipelineOptions(parse(["pipeline", "upload", ...argv], PROGRAM));
  const { name, directory } = given("--last", "--resolvertype", "git", "./src");
  assert.deepEqual([name, directory], [undefined, "./src"]);
});

Deno.test("flags that name different origins exclude each other", () => {
  for (
    const [options, argv, message] of [
      [pipeline, ["--last", "--use-pipelinerun", "r"], "--last and --use-pipelinerun together"],
      [pipeline, ["-L", "--use-param-defaults"], "--last and --use-param-defaults together"],
      [
        pipeline,
        ["--use-pipelinerun=r", "--use-param-defaults"],
        "--use-pipelinerun and --use-param-defaults together",
      ],
      [
        pipeline,
        ["--use-pipelinerun=r", "--resolvertype=git"],
        "--resolvertype and --use-pipelinerun together",
      ],
      [task, ["--last", "--use-taskrun", "r"], "--last and --use-taskrun together"],
      [task, ["--use-taskrun=r", "--use-param-defaults"], "--use-taskrun and --use-param-defaults"],
      [task, ["--image", "i", "--last"], "--image and --last together"],
      [task, ["--image", "i", "--use-taskrun=r"], "--image and --use-taskrun together"],
    ] as const
  ) {
    const words: string = refusal(() => options(...argv));
    assert.ok(words.startsWith(`Cannot use ${message}`), words);
  }
});

Deno.test("a resolver is one of tkn's, and goes with --last", () => {
  assert.equal(
    refusal(() => pipeline("--resolvertype", "svn")),
    'Cannot take --resolvertype "svn": no such choice\n' +
      "one of: hub, git, http, cluster, bundle, remote",
  );
  assert.equal(
    refusal(() => pipeline("--resolvertype", "git")),
    'Cannot start a Pipeline by --resolvertype "git": a resolver needs more than a name\n' +
      "add --last to start the last run by that resolver again",
  );
});

Deno.test("credentials for a bundle are whole, one kind, and go with --image", () => {
  const from = (...argv: string[]) => task(...argv).from;
  const bundle = "r.test/b";
  const given = (...argv: string[]) => from("-i", bundle, ...argv);
  assert.deepEqual(given("--remote-bearer", "x"), { bundle, credentials: { bearer: "x" } });
  assert.deepEqual(given("--remote-username", "u", "--remote-password", "p", "--remote-skip-tls"), {
    bundle,
    credentials: { username: "u", password: "p" },
    skipsTls: true,
  });
  assert.deepEqual(given("--remote-skip-tls=false"), { bundle });
  assert.match(
    refusal(() => given("--remote-username", "u")),
    /^Cannot log in with --remote-username or --remote-password alone\n/,
  );
  assert.match(
    refusal(() => given("--remote-bearer=x", "--remote-username=u", "--remote-password=p")),
    /^Cannot use --remote-bearer and --remote-username together\n/,
  );
  assert.match(
    refusal(() => from("--remote-skip-tls")),
    /^Cannot use --remote-skip-tls without --image/,
  );
});
