import "../support/no_env.ts";
import assert from "node:assert/strict";
import example from "../../examples/pipeline.yaml" with { type: "text" };
import { parseAllDocuments } from "npm:yaml@2.9.1";
import { app, COMMANDS } from "../../src/app.ts";
import { HELP_COMMAND, PROGRAM } from "../../src/cli/commands.ts";
import { parse } from "../../src/cli/parse.ts";
import { COMPLETING_COMMANDS } from "../../src/cli/shell_commands.ts";
import type { KubeObject, Resource } from "../../src/kube/interface.ts";
import { entryName, entryText } from "../../src/commands/again/entry.ts";
import { ClusterError } from "../../src/errors.ts";
import { CLAIMS } from "../../src/objects/claims.ts";
import { PIPELINES, TASKS } from "../../src/tekton/model.ts";
import { VERSION } from "../../src/version.ts";
import { FakeHost } from "../support/fake_host.ts";
import { FakeKube } from "../support/fake_kube.ts";
import { until } from "../support/fake_transport.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { tree } from "../support/tree_text.ts";

async function call(argv: string[], host = new FakeHost(new MemoryFiles(tree("file a x")))) {
  const code = await app(argv, host);
  return { code, stdout: host.terminal.stdout, stderr: host.terminal.stderr };
}

Deno.test("each command of the spec has code, and all code has a command in the spec", () => {
  const specified = [...PROGRAM.commands, ...COMPLETING_COMMANDS]
    .filter((command) => command !== HELP_COMMAND)
    .map(({ path }) => path.join(" "))
    .filter((name) => name !== "again"); // it becomes another call
  assert.deepEqual(Object.keys(COMMANDS).toSorted(), specified.toSorted());
});

Deno.test("each command's module loads, and asks only for flags of its spec", async () => {
  for (const { path, args } of PROGRAM.commands) {
    const name = path.join(" ");
    if (["help", "again", "sandbox"].includes(name)) continue; // the sandbox would start
    const call = parse([...path, ...args.map(() => "x"), "--help"], PROGRAM);
    const running = COMMANDS[name](new FakeHost(), { ...call, rest: ["x"] });
    const { message } = await running.then(() => ({ message: "" }), (error: Error) => error);
    assert.doesNotMatch(message, /no flag --/, name);
  }
});

Deno.test("help goes to stdout with exit code 0", async () => {
  for (const argv of [[], ["help"], ["--help"], ["pipeline"], ["pipeline", "upload", "--help"]]) {
    const { code, stdout, stderr } = await call(argv);
    assert.equal(code, 0, argv.join(" "));
    assert.match(stdout, /Usage:/i);
    assert.equal(stderr, "");
  }
});

Deno.test("the version goes to stdout", async () => {
  const { code, stdout, stderr } = await call(["version", "--client"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, RegExp(`^tkn-dev ${VERSION}\n`));
});

Deno.test("an unknown command is exit code 2, with a hint", async () => {
  const { code, stdout, stderr } = await call(["pipelin"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^Error: Cannot run "tkn-dev pipelin": no such command\nHint: did you mean/);
});

Deno.test("an argument that is not UTF-8 is exit code 2 at every position", async () => {
  // Deno decodes "caf\xe9" like this.
  for (const argv of [["caf\ufffd"], ["taskrun", "exec", "r", "--", "ls", "caf\ufffd"]]) {
    const { code, stdout, stderr } = await call(argv);
    assert.deepEqual([code, stdout], [2, ""]);
    const message = `Error: Cannot read argument ${argv.length}, "caf\ufffd": it is not UTF-8\n`;
    assert.ok(stderr.startsWith(message), stderr);
  }
});

Deno.test("a wrong value is exit code 2, before any request to a cluster", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x")), new FakeKube());
  const argv = ["pipeline", "upload", "p", "/tree", "--on-directory", "../x"];
  const { code, stderr } = await call(argv, host);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^Error: Cannot upload into --on-directory "\.\.\/x": it leads out of the workspace\nHint: /,
  );
  assert.deepEqual(host.connected, []);
});

Deno.test("a missing directory is exit code 2, before any request to a cluster", async () => {
  const host = new FakeHost();
  assert.equal((await call(["task", "upload", "t", "/nope"], host)).code, 2);
  assert.deepEqual(host.connected, []);
});

Deno.test("a refusal of the cluster is exit code 3", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x")), new FakeKube());
  const { code, stderr } = await call(["task", "upload", "t", "/tree", "-n", "ns"], host);
  assert.equal(code, 3);
  assert.match(stderr, /^Error: Cannot get Task "t": not found in namespace "default"\nHint: /);
  assert.deepEqual(host.connected, [{
    namespace: "ns",
    context: undefined,
    kubeconfig: undefined,
  }]);
});

Deno.test("a repeated call runs as if it were typed", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x")), new FakeKube());
  const entry = {
    directory: "/tree",
    cwd: "/",
    words: ["task", "upload", "t", "/tree", "--events"],
  };
  host.state.texts.set(await entryName("/tree"), entryText(entry));
  const { code, stdout, stderr } = await call(["again", "/tree", "-n", "ns", "-v"], host);
  assert.equal(code, 3);
  assert.match(stderr, /^Repeating tkn-dev task upload t \/tree --events -n ns --verbose\nError: /);
  assert.equal(JSON.parse(stdout).exitCode, 3);
  assert.equal(host.connected[0].namespace, "ns");
  assert.equal((await call(["again", "/tree", "--on-task", "x"], host)).code, 2);
  assert.equal((await call(["again"])).code, 2);
});

Deno.test("a bug is exit code 70 with its stack, without a crash", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x")));
  const { code, stdout, stderr } = await call(["task", "upload", "t", "/tree"], host);
  assert.deepEqual([code, stdout], [70, ""]);
  assert.match(stderr, /^Error: Error: this test has no cluster\n/);
  assert.match(stderr, /\n +at .*fake_host\.ts:\d+/);
  assert.match(stderr, /\nHint: this is a bug in tkn-dev/);
});

Deno.test("a thrown value that is not an error is a bug too", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x")));
  host.connect = () => Promise.reject("odd");
  const { code, stderr } = await call(["task", "upload", "t", "/tree"], host);
  assert.equal(code, 70);
  assert.match(stderr, /^Error: odd\n/);
});

const ESCAPE = "\x1b[";

/** Returns the error as a terminal shows it. */
async function shownOnTerminal(argv: string[], variables: Record<string, string> = {}) {
  const host = new FakeHost(new MemoryFiles(tree("file a x")), new FakeKube());
  host.terminal.isTerminal.stderr = true;
  Object.assign(host.variables, variables);
  const { code, stderr } = await call(argv, host);
  assert.notEqual(code, 0);
  return stderr;
}

const REFUSED = ["task", "upload", "t", "/tree"];

Deno.test("an error has colors on a terminal only", async () => {
  assert.ok((await shownOnTerminal(REFUSED)).includes(ESCAPE));
  assert.ok((await shownOnTerminal(["no-such-command"])).includes(ESCAPE));
  assert.ok(!(await call(["no-such-command"])).stderr.includes(ESCAPE));
});

for (
  const flag of ["--no-color", "-C", "--no-color=true", "-C=1"]
) {
  Deno.test(`${flag} turns an error's colors off`, async () => {
    assert.ok(!(await shownOnTerminal([...REFUSED, flag])).includes(ESCAPE));
    // Even for a command line that does not parse.
    assert.ok(!(await shownOnTerminal([flag, ...REFUSED, "--no-such-flag"])).includes(ESCAPE));
  });
}

Deno.test("-C among other letters turns colors off", async () => {
  assert.ok(!(await shownOnTerminal([...REFUSED, "-Cn", "ns"])).includes(ESCAPE));
});

Deno.test("a word that only looks like --no-color does not", async () => {
  assert.ok((await shownOnTerminal([...REFUSED, "--no-color=false"])).includes(ESCAPE));
  assert.ok((await shownOnTerminal([...REFUSED, "-n", "C"])).includes(ESCAPE));
  assert.ok((await shownOnTerminal([...REFUSED, "-nC"])).includes(ESCAPE));
  assert.ok((await shownOnTerminal(["task", "upload", "--", "t", "--no-color"])).includes(ESCAPE));
  assert.ok((await shownOnTerminal([...REFUSED, "--exec", "--no-color"])).includes(ESCAPE));
});

Deno.test("with --events an error is the last event", async () => {
  const { stdout, stderr } = await call(["task", "upload", "t", "/nowhere", "--events"]);
  assert.match(stderr, /^Error: /);
  const { kind, message, exitCode } = JSON.parse(stdout);
  assert.deepEqual([kind, exitCode], ["error", 2]);
  assert.ok(stderr.includes(message), message);
});

Deno.test("with --outcome - an error is the outcome, once", async () => {
  for (const more of [[], ["--delete=sometimes"]]) {
    const { stdout, stderr } = await call([
      ..."task upload t /nowhere --outcome -".split(" "),
      ...more,
    ]);
    const { exitCode, error } = JSON.parse(stdout);
    assert.equal(exitCode, 2);
    assert.ok(stderr.includes(error.message), error.message);
  }
});

Deno.test("NO_COLOR turns colors off, unless it is empty", async () => {
  assert.ok(!(await shownOnTerminal(REFUSED, { NO_COLOR: "1" })).includes(ESCAPE));
  assert.ok((await shownOnTerminal(REFUSED, { NO_COLOR: "" })).includes(ESCAPE));
});

/** Uploads to a cluster with the example, until the first create. */
async function uploadToGreet(kube: FakeKube) {
  for (const document of parseAllDocuments(example)) {
    const object = document.toJS() as KubeObject;
    kube.put(object.kind === "Pipeline" ? PIPELINES : TASKS, object);
  }
  kube.put(CLAIMS, { metadata: { name: "pvc" } });
  kube.onChange = (change) => {
    throw new ClusterError(`no more of this test: ${change}`);
  };
  const host = new FakeHost(new MemoryFiles(tree("file a x")), kube);
  return await call(
    ["pipeline", "upload", "greet", "/tree", "-w", "name=source,claimName=pvc"],
    host,
  );
}

Deno.test("an upload creates the run that was asked for", async () => {
  const { code, stderr } = await uploadToGreet(new FakeKube());
  assert.equal(code, 3);
  assert.match(stderr, /The upload stands in for task clone: it clones the repository/);
  assert.match(stderr, /Error: no more of this test: create PipelineRun greet-run-/);
});

Deno.test("the Pipeline's task is read before the server's default timeout is known", async () => {
  const taskRead = Promise.withResolvers<void>();
  class SlowKube extends FakeKube {
    override get<T extends KubeObject>(resource: Resource, namespace: string, name: string) {
      if (resource === TASKS) taskRead.resolve();
      return super.get<T>(resource, namespace, name);
    }
    override async create<T extends KubeObject>(
      ...[resource, object, options]: Parameters<typeof FakeKube.prototype.create<T>>
    ) {
      if (options?.dryRun) await taskRead.promise;
      return await super.create(resource, object, options);
    }
  }
  const { code, stderr } = await uploadToGreet(new SlowKube());
  assert.equal(code, 3);
  assert.match(stderr, /Error: no more of this test: create PipelineRun greet-run-/);
});

Deno.test("a missing right is an error before anything is created", async () => {
  const kube = new FakeKube();
  kube.denials.add("get pods/exec").add("create pods/exec");
  kube.put(TASKS, { metadata: { name: "t" }, spec: { steps: [{ image: "i" }] } } as KubeObject);
  const host = new FakeHost(new MemoryFiles(tree("file a x")), kube);
  const { code, stderr } = await call(["task", "upload", "t", "/tree"], host);
  assert.equal(code, 3);
  assert.match(
    stderr,
    /you may not create pods\/exec \(403\)\nHint: .*--subresource=exec -n default/,
  );
  assert.deepEqual(kube.changes, []);
});

Deno.test("an interrupted command that does not end is abandoned after three seconds", async () => {
  const host = new FakeHost(new MemoryFiles(tree("file a x")), new FakeKube());
  const connected = Promise.withResolvers<void>();
  host.connect = () => {
    connected.resolve();
    return new Promise(() => {});
  };
  const called = call(["task", "upload", "t", "/tree"], host);
  await connected.promise;
  host.pressCtrlC();
  await until(() => host.clock.delays.includes(3_000));
  host.clock.advance(3_000);
  const { code, stderr } = await called;
  assert.equal(code, 130);
  assert.match(stderr, /Interrupted: the command did not end in time\n$/);
});
