/** Every command against a cluster that lies in any string: output cannot control a terminal. */
import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { parseAllDocuments } from "npm:yaml@2.9.1";
import example from "../../../examples/pipeline.yaml" with { type: "text" };
import { app } from "../../../src/app.ts";
import {
  type ExecOptions,
  type ExecResult,
  type KubeObject,
  type LogOptions,
  PODS,
  type Resource,
  type Selector,
} from "../../../src/kube/interface.ts";
import { refused } from "../../../src/kube/status.ts";
import { LABEL, PIPELINES, TASK_RUNS, TASKS } from "../../../src/tekton/model.ts";
import { ERASE_LINE } from "../../../src/view/text/style.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { assertPrintable, HOSTILE, hostile, withStrings } from "../../support/hostile.ts";
import { MemoryFiles } from "../../support/memory_files.ts";
import { Random } from "../../support/random.ts";
import { tree } from "../../support/tree_text.ts";

/** The number of calls of each command, with other lies each time. */
const ROUNDS = 30;

/** One string in this many is a lie, so that a command gets far. */
const LIES = [4, 12, 40];

class LyingKube extends FakeKube {
  constructor(private readonly random: Random, private readonly oneIn: number) {
    super();
    for (const document of parseAllDocuments(example)) {
      const object = document.toJS() as KubeObject;
      this.put(object.kind === "Pipeline" ? PIPELINES : TASKS, object);
    }
    const metadata = { name: "p", namespace: "default", labels: { [LABEL.taskRun]: "r" } };
    const volumeMounts = [{ name: "g", mountPath: "/tkn-dev" }, { name: "w", mountPath: "/w" }];
    this.put(PODS, {
      metadata,
      spec: { containers: [{ name: "step-s", image: "busybox", volumeMounts }] },
      status: {
        phase: "Running",
        containerStatuses: [{ name: "step-s", state: { running: {} } }],
      },
    });
    this.put(TASK_RUNS, {
      kind: "TaskRun",
      metadata: { name: "r" },
      spec: {
        params: [{ name: "greeting", value: "hello" }],
        workspaces: [{ name: "source", emptyDir: {} }],
        taskSpec: {
          params: [{ name: "greeting" }],
          workspaces: [{ name: "source", mountPath: "/w" }],
          steps: [{ name: "s", image: "busybox", script: "make" }],
        },
      },
      status: { podName: "p" },
    });
    const log = this.log("p", "step-s");
    log.say(`step said ${hostile(random).replaceAll("\n", "")}`);
    log.say("tkn-dev: held, workspace: /w");
    log.end();
  }

  lie = (text: string): string =>
    this.random.below(this.oneIn) === 0 ? text + hostile(this.random) : text;

  #perhapsRefuse(verb: string, { kind }: Resource, name?: string): void {
    if (this.random.below(3 * this.oneIn) !== 0) return;
    const { server } = this;
    const message = `refused ${hostile(this.random)}`;
    const what = { verb, kind, name, namespace: this.lie("default"), server };
    throw refused(what, { code: this.random.pick([401, 403, 404, 409, 422, 500]), message });
  }

  override async get<T extends KubeObject>(resource: Resource, namespace: string, name: string) {
    this.#perhapsRefuse("get", resource, name);
    return withStrings(await super.get<T>(resource, namespace, name), this.lie);
  }

  override async list<T extends KubeObject>(resource: Resource, selector: Selector) {
    this.#perhapsRefuse("list", resource);
    return withStrings(await super.list<T>(resource, selector), this.lie);
  }

  override async create<T extends KubeObject>(
    resource: Resource,
    object: T,
    options: { dryRun?: boolean } = {},
  ) {
    this.#perhapsRefuse("create", resource, object.metadata.name);
    const created = await super.create(resource, object, options);
    return withStrings(created, this.lie, ["generateName"]);
  }

  /** Returns the same log for every name. */
  override logs(options: LogOptions) {
    return super.logs({ ...options, pod: "p", container: "step-s" });
  }

  /** Returns some output and an exit code; a release gets the gate's answer. */
  override onExec = async (options: ExecOptions): Promise<ExecResult> => {
    await Promise.resolve();
    const say = () => new TextEncoder().encode(`said ${hostile(this.random)}\n`);
    const asksIfHeld = options.command[2]?.includes("released");
    if (asksIfHeld) return { exitCode: 0, message: "" };
    options.onStdout?.(say());
    options.onStderr?.(say());
    const exitCode = this.random.pick([0, 0, 1, undefined]);
    return { exitCode, message: `message ${hostile(this.random)}` };
  };
}

const TREE = `
  file ".env\\u001b]0;t\\u0007"
  file "a\\u009b2J"
  file "b\\u202ex\\nFAKE"
  link "l\\r\\u2028" -> "/etc/\\u001b[2J"
  fifo "pipe\\u001b[2J"
  dir "d\\u0007"
  file .gitignore "\\u001b*\\n\\u202e*\\n\\u009b\\n"
`;

const WORKSPACE = ["-w", "name=source,claimName=pvc"];
const RUN = `
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: r- }
spec:
  debug: { breakpoint: [onTasks], tasks: [test] }
  pipelineRef: { name: greet }
  workspaces: [{ name: source, persistentVolumeClaim: { claimName: pvc } }]
`;

/** The moves of a question that is redrawn. */
// deno-lint-ignore no-control-regex
const QUESTION = /\x1b\[\?2004[hl]|\x1b\[\d+[AC]|\x1b\[[JK]|\r(?!FAKE)/g;

/** A command with this flag asks for all that it needs. */
const ASKS = "--skip-optional-workspace=false";
const KEYS = [
  "\x1b[B",
  "g",
  "\r",
  "\x1b[200~x\x1b]0;t\x07\x1b[2J\r\nFAKE\x1b[201~",
  "\r",
  "\r",
  "\r",
];

const COMMANDS: string[][] = [
  ["pipeline", "upload", "/tree", "--dry-run", ASKS],
  ["task", "start", "-o", "name", ASKS],
  ["pipeline", "upload", "greet", "/tree", ...WORKSPACE],
  ["pipeline", "upload", "greet", "/tree", ...WORKSPACE, "--showlogs=false"],
  ["pipeline", "upload", "greet", "/tree", ...WORKSPACE, "--dry-run"],
  ["pipeline", "upload", "greet", "/tree", ...WORKSPACE, "--dry-run", "-o", "json"],
  ["pipeline", "upload", "greet", "/tree", ...WORKSPACE, "--dry-run", "-o", "name"],
  ["pipeline", "upload", "greet", "/tree", ...WORKSPACE, "--no-continue"],
  ["pipeline", "debug", "greet", "--on-task", "test", ...WORKSPACE, "--dry-run"],
  ["pipeline", "debug", "greet", "--on-task", "test", ...WORKSPACE, "--exec-instead", "ls"],
  ["pipeline", "upload", "--list", "/tree"],
  ["pipeline", "upload", "--list", "/tree", "--secrets", "deny"],
  ["task", "upload", "--explain", "b\u202ex\nFAKE", "--explain", "\x9b", "/tree"],
  ["pr", "upload", "-f", "-", "/tree"],
  ["pr", "upload", "-f", "-", "/tree", "--dry-run"],
  ["create", "-f", "-"],
  ["create", "-f", "-", "-o", "yaml"],
  ["create", "-f", "-", "--dry-run"],
  ["taskrun", "info", "r"],
  ["taskrun", "run", "r"],
  ["taskrun", "continue", "r"],
  ["taskrun", "fail-continue", "r"],
  ["taskrun", "logs", "r"],
  ["taskrun", "upload", "r", "/tree"],
  ["taskrun", "upload", "r", "/tree", "--continue"],
  ["taskrun", "info", `r${HOSTILE.join("")}`],
  [`no-such${HOSTILE.join("")}`],
];

for (const argv of COMMANDS) {
  const showsOutput = ["taskrun info r", "taskrun run r"].includes(argv.join(" "));
  Deno.test(`the output cannot control the terminal: ${JSON.stringify(argv.join(" "))}`, async () => {
    let printed = "";
    for (let seed = 0; seed < ROUNDS; seed++) {
      const random = new Random(seed);
      const kube = new LyingKube(random, random.pick(LIES));
      const host = new FakeHost(new MemoryFiles(tree(TREE)), kube);
      host.terminal.isTerminal = { stdin: true, stdout: true, stderr: true };
      host.terminal.stdin = RUN;
      if (argv.includes(ASKS)) host.terminal.reads = [...KEYS];
      host.clock.isAutomatic = true;
      host.terminal.write = () => assert.fail("bytes go to the terminal unfiltered");
      kube.onCreated = () => setTimeout(() => host.pressCtrlC(), 5);
      await app(argv, host);
      for (const text of [host.terminal.stdout, host.terminal.stderr]) {
        printed += text;
        const shown = text.replaceAll(ERASE_LINE, "").replaceAll(QUESTION, "");
        // A program in the container may write any line.
        const own = showsOutput ? shown.replaceAll("FAKE", "") : shown;
        assertPrintable(own, `seed ${seed}`, { color: true });
      }
    }
    assert.match(printed, argv.includes(ASKS) ? /(Param|Workspace) / : /./);
  });
}
