import assert from "node:assert/strict";
import "../../../support/no_env.ts";
import { app } from "../../../../src/app.ts";
import { checkClock } from "../../../../src/commands/doctor/check_server.ts";
import { ClusterError } from "../../../../src/errors.ts";
import { type KubeObject, PODS, type Resource } from "../../../../src/kube/interface.ts";
import {
  type Claim,
  CLAIMS,
  STORAGE_CLASSES,
  type StorageClass,
} from "../../../../src/objects/claims.ts";
import { NAMESPACES } from "../../../../src/objects/namespaces.ts";
import { LABEL, type Pipeline, PIPELINES, type Task, TASKS } from "../../../../src/tekton/model.ts";
import type { Pod } from "../../../../src/tekton/pod.ts";
import { refused } from "../../../../src/kube/status.ts";
import type { Finding } from "../../../../src/view/findings.ts";
import { turn } from "../../../support/fake_transport.ts";
import { FakeHost } from "../../../support/fake_host.ts";
import { FakeKube } from "../../../support/fake_kube.ts";
import { MemoryFiles } from "../../../support/memory_files.ts";
import { tree } from "../../../support/tree_text.ts";

const CONFIG_MAPS: Resource = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
};

interface Report {
  readonly code: number;
  readonly ready: boolean;
  readonly findings: Finding[];
}

/** A host with a directory that has one file. */
function hostOf(kube: FakeKube): FakeHost {
  const host = new FakeHost(new MemoryFiles(tree("file a.txt one")), kube);
  host.programs["git --no-optional-locks --version"] = "git version 2.47.1\n";
  host.kubeContexts[""] = [{ name: "dev", cluster: "c", isCurrent: true }];
  return host;
}

/** A cluster with the namespace that the program uses. */
function cluster(): FakeKube {
  const kube = new FakeKube();
  kube.put(NAMESPACES, { metadata: { name: "default", namespace: "" } });
  return kube;
}

async function doctor(kube: FakeKube, ...argv: string[]): Promise<Report> {
  const host = hostOf(kube);
  const code = await app(["doctor", ...argv, "/tree", "-o", "json"], host);
  assert.equal(host.terminal.stderr, "");
  return { code, ...JSON.parse(host.terminal.stdout) };
}

function about({ findings }: Report, check: string): string[] {
  return findings.filter((one) => one.check === check).map(({ state, text }) =>
    `${state}: ${text}`
  );
}

Deno.test("without faults every check is ok or skipped, and nothing is created", async () => {
  const kube = cluster();
  const report = await doctor(kube);
  assert.equal(report.code, 0);
  assert.equal(report.ready, true);
  assert.deepEqual(about(report, "identity"), ["ok: user ada (groups system:authenticated)"]);
  assert.deepEqual(about(report, "rights"), [
    "ok: all 7 that an upload needs in namespace default",
  ]);
  assert.deepEqual(report.findings.filter(({ state }) => state === "failure"), []);
  assert.deepEqual(kube.changes, []);
});

Deno.test("rights that the server does not tell are not said to be there", async () => {
  const kube = cluster();
  kube.noReviews = new ClusterError("Cannot create SelfSubjectAccessReview: 501 Not Implemented");
  const report = await doctor(kube);
  assert.equal(report.code, 0);
  assert.deepEqual(about(report, "rights"), [
    "warning: not known: Cannot create SelfSubjectAccessReview: 501 Not Implemented",
  ]);
});

Deno.test("missing rights are a failure, with the command that grants them all", async () => {
  const kube = cluster();
  const grant = "kubectl create rolebinding tkn-dev --clusterrole=edit --user=ada -n default";
  for (const right of ["create pipelineruns", "create pods/exec", "get pods/exec", "list events"]) {
    kube.denials.add(right);
  }
  const report = await doctor(kube);
  assert.equal(report.code, 3);
  assert.equal(report.ready, false);
  assert.deepEqual(report.findings.filter(({ check }) => check === "rights"), [{
    check: "rights",
    state: "failure",
    text: "you may not, in namespace default: create pipelineruns.tekton.dev, create pods/exec",
    fix: "ask somebody who may grant rights:",
    command: grant,
  }]);
});

Deno.test("rights that are useful are warnings, with the commands that grant them", async () => {
  const kube = cluster();
  for (const right of ["list events", "create resolutionrequests"]) kube.denials.add(right);
  const { code, findings } = await doctor(kube);
  assert.equal(code, 0);
  const rights = findings.filter(({ check }) => check === "rights");
  assert.deepEqual(rights.map(({ state, command }) => [state, command?.split(" -n ")[0]]), [
    ["ok", undefined],
    [
      "warning",
      "kubectl create role tkn-dev-resolution --verb=create,get,list,watch,delete " +
      "--resource=resolutionrequests.resolution.tekton.dev",
    ],
    ["warning", "kubectl create rolebinding tkn-dev --clusterrole=edit --user=ada"],
  ]);
});

Deno.test("a proxy on the way is named", async () => {
  const kube = cluster();
  kube.proxy = "http://proxy.test:3128";
  const [server] = about(await doctor(kube), "server");
  assert.match(
    server,
    /^ok: https:\/\/cluster\.test through the proxy http:\/\/proxy\.test:3128, /,
  );
});

Deno.test("a server that gives no answer ends the checks", async () => {
  const kube = cluster();
  kube.onRead = (read) => {
    throw new ClusterError(`Cannot ${read}`, { hint: "is it there?" });
  };
  const { code, findings } = await doctor(kube);
  assert.equal(code, 3);
  const last = { check: "server", state: "failure", text: "Cannot get path /version" };
  assert.deepEqual(findings.at(-1), { ...last, fix: "is it there?" });
});

/** Makes the server refuse dry runs of a kind with this message of admission. */
function refuse(kube: FakeKube, kind: string, message: string): void {
  kube.create = async function <T extends KubeObject>(...args: Parameters<FakeKube["create"]>) {
    const [{ plural }] = args;
    if (args[0].kind === kind) {
      const status = { code: 403, message: `${plural} "x" is forbidden: ${message}` };
      throw refused({ verb: "create", kind, name: "x", server: kube.server }, status);
    }
    return await FakeKube.prototype.create.apply(kube, args) as never as Promise<T>;
  } as FakeKube["create"];
}

Deno.test("a refused dry run of a pod tells what admission says, and what mends it", async () => {
  const said: Record<string, [state: string, remedy: string]> = {
    "exceeded quota: team, requested: pods=1": ["failure", "kubectl describe quota -n default"],
    'violates PodSecurity "restricted:latest"': ["warning", "each step needs a securityContext"],
    "failed quota: team: must specify limits.cpu": ["warning", "give the steps computeResources"],
    "minimum cpu usage per Container is 1, but request is 500m": [
      "warning",
      "kubectl describe limitrange -n default",
    ],
    "image busybox is not of our registry": ["warning", "ask who set this policy"],
    'User "ada" cannot create resource "pods" in API group ""': ["skipped", ""],
  };
  for (const [words, [state, remedy]] of Object.entries(said)) {
    const kube = cluster();
    refuse(kube, "Pod", words);
    const { findings } = await doctor(kube);
    const found = findings.find(({ check }) => check === "pods")!;
    assert.equal(found.state, state, words);
    assert.ok(`${found.fix} ${found.command}`.includes(remedy), JSON.stringify(found));
  }
});

Deno.test("a quota that lets no runs in is a failure, of the runs of tasks, too", async () => {
  for (const kind of ["PipelineRun", "TaskRun"]) {
    const kube = cluster();
    refuse(kube, kind, "exceeded quota: team, requested: count/x=1");
    const report = await doctor(kube);
    assert.equal(report.code, 3);
    assert.deepEqual(about(report, "runs"), [
      `failure: a new ${kind} is refused: exceeded quota: team, requested: count/x=1`,
    ]);
  }
});

Deno.test("a volume above the limit is a failure only for a run that asks for it", async () => {
  const limit = "maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 9Gi";
  const kube = withPipeline();
  refuse(kube, "PersistentVolumeClaim", limit);
  assert.deepEqual(about(await doctor(kube), "storage"), [
    `warning: a new claim is refused: ${limit}`,
  ]);
  const given = ["-p", "url=x", "-p", "mode=a", "-w", "name=source,volume=9Gi"];
  const report = await doctor(kube, "build", ...given);
  assert.equal(report.code, 3);
  assert.deepEqual(about(report, "workspaces"), [
    `failure: source: a new claim is refused: ${limit}`,
  ]);
});

Deno.test("a certificate that is not checked is a warning, with the command that names it", async () => {
  const kube = cluster();
  kube.isUnchecked = true;
  const { code, findings } = await doctor(kube);
  assert.equal(code, 0);
  const found = findings.find(({ check }) => check === "certificate")!;
  assert.equal(found.state, "warning");
  assert.equal(found.command, "kubectl config set-cluster c --certificate-authority=FILE");
});

Deno.test("where pod security refuses Tekton's own containers too, that is a failure", async () => {
  const kube = cluster();
  refuse(kube, "Pod", 'violates PodSecurity "restricted:latest"');
  const flags: Record<string, string> = { "set-security-context": "false" };
  const put = () => {
    kube.put(CONFIG_MAPS, {
      metadata: { name: "feature-flags", namespace: "tekton-pipelines" },
      data: flags,
    });
  };
  put();
  const { code, findings } = await doctor(kube);
  assert.equal(code, 3);
  const [pods] = findings.filter(({ check }) => check === "pods");
  assert.equal(pods.state, "failure");
  assert.equal(
    pods.command,
    "kubectl patch configmap feature-flags -n tekton-pipelines --type merge " +
      `-p '{"data":{"set-security-context":"true"}}'`,
  );
  flags["set-security-context"] = "true";
  put();
  assert.match(about(await doctor(kube), "pods")[0], /^warning: /);
});

Deno.test("without the right to read Tekton's flags, the newest pod of a run shows one", async () => {
  const kube = cluster();
  refuse(kube, "Pod", 'violates PodSecurity "restricted:latest"');
  assert.match(
    about(await doctor(kube), "pods")[0],
    /^warning: .* Whether Tekton's own containers violate it too is not known: you may not read /,
  );
  const put = (name: string, second: number, securityContext?: Record<string, unknown>) => {
    const labels = { [LABEL.taskRun]: name };
    const creationTimestamp = `2026-01-01T00:00:0${second}Z`;
    kube.put<Pod>(PODS, {
      metadata: { name, labels, creationTimestamp },
      spec: { initContainers: [{ name: "prepare", securityContext }] },
    });
  };
  put("old", 1, { runAsUser: 1000650000 });
  const failed = await doctor(kube);
  assert.equal(failed.code, 3);
  assert.match(
    about(failed, "pods")[0],
    /^failure: .* Tekton's own containers violate it too, as pod old shows: its flag /,
  );
  put("new", 2, { allowPrivilegeEscalation: false });
  assert.match(
    about(await doctor(kube), "pods")[0],
    /^warning: .* Tekton's own containers comply, as pod new shows$/,
  );
});

Deno.test("a namespace that does not exist is a failure, without checks of what is in it", async () => {
  const report = await doctor(new FakeKube());
  assert.equal(report.code, 3);
  const { state, text, command } = report.findings.at(-1)!;
  assert.equal(`${state}: ${text}`, "failure: there is no namespace default");
  assert.equal(command, "kubectl create namespace default");
});

Deno.test("a namespace that the user may not read is used as it is", async () => {
  const kube = cluster();
  kube.onRead = (read) => {
    if (!read.startsWith("get Namespace")) return;
    const attempt = { verb: "get", kind: "Namespace", name: "default", server: kube.server };
    throw refused(attempt, { code: 403, message: "forbidden" });
  };
  assert.equal((await doctor(kube)).code, 0);
});

Deno.test("a cluster without Tekton: the runs are a failure that says how to install it", async () => {
  const kube = cluster();
  kube.create = (({ kind, plural }: { kind: string; plural: string }) => {
    const message = "the server could not find the requested resource";
    const attempt = { verb: "create", kind, name: plural, server: kube.server };
    return Promise.reject(refused(attempt, { code: 404, message }));
  }) as never;
  const runs = (await doctor(kube)).findings.find(({ check }) => check === "runs")!;
  assert.equal(runs.state, "failure");
  assert.match(runs.fix!, /is Tekton Pipelines installed\? See https:/);
});

Deno.test("a check without an answer is a failure, and the others are shown", async () => {
  const kube = cluster();
  kube.whoAmI = () => new Promise(() => {});
  const host = hostOf(kube);
  const ending = app(["doctor", "/tree", "-o", "json"], host);
  while (host.clock.alarmCount === 0) await turn();
  for (let turns = 0; turns < 50; turns++) await turn();
  for (let times = 0; times < 2; times++) {
    host.clock.advance(5_000);
    await turn();
  }
  assert.equal(await ending, 3);
  const report = JSON.parse(host.terminal.stdout);
  assert.deepEqual(about(report, "identity"), ["failure: no answer in time"]);
  assert.match(about(report, "rights")[0], /^ok: /);
  assert.match(about(report, "tekton")[0], /^skipped: /);
  assert.match(about(report, "pods")[0], /^ok: /);
});

for (const proxy of [undefined, "http://proxy.test:3128"]) {
  const through = proxy === undefined ? "" : ` through the proxy ${proxy}`;
  Deno.test(`a server that hangs${through} ends the checks in time`, async () => {
    const kube = cluster();
    kube.proxy = proxy;
    kube.serverVersion = () => new Promise(() => {});
    const host = hostOf(kube);
    host.clock.isAutomatic = true;
    assert.equal(await app(["doctor", "/tree", "-o", "json"], host), 3);
    const { findings } = JSON.parse(host.terminal.stdout);
    const { text, fix } = findings.at(-1);
    assert.equal(text, `https://cluster.test${through}: no answer in time`);
    assert.match(fix, proxy === undefined ? /proxy or VPN between/ : /^--verbose .* proxy up\?$/);
  });
}

Deno.test("a server that keeps its version from the user is fine", async () => {
  const kube = cluster();
  kube.serverVersion = () =>
    Promise.reject(
      refused({ verb: "get", kind: "path", name: "/version", server: kube.server }, {
        code: 403,
        message: "forbidden",
      }),
    );
  const report = await doctor(kube);
  assert.equal(report.code, 0);
  assert.match(about(report, "server")[0], /^ok: .*, which does not tell its version, answers in/);
});

Deno.test("the context and the namespace are named", async () => {
  const report = await doctor(cluster());
  assert.deepEqual(about(report, "kubeconfig"), ["ok: context dev, namespace default"]);
});

Deno.test("DIR is checked: what it would send, that it exists, and that it is not empty", async () => {
  assert.match(about(await doctor(cluster()), "directory")[0], /^ok: 1 file to send, not in a git/);
  const host = hostOf(cluster());
  assert.equal(await app(["doctor", "/none", "-o", "json"], host), 3);
  const missing = JSON.parse(host.terminal.stdout);
  assert.match(
    about(missing, "directory")[0],
    /^failure: Cannot upload "\/none": no such directory/,
  );
  const empty = new FakeHost(new MemoryFiles(), cluster());
  assert.equal(await app(["doctor", "/tree", "-o", "json"], empty), 3);
  const [nothing] = about(JSON.parse(empty.terminal.stdout), "directory");
  assert.match(nothing, /^failure: 0 files to send/);
});

function withPipeline(): FakeKube {
  const kube = cluster();
  kube.put<Task>(TASKS, {
    metadata: { name: "git-clone" },
    spec: {
      params: [{ name: "url" }],
      workspaces: [{ name: "output" }],
      results: [{ name: "commit" }],
      steps: [{ name: "clone", image: "git", script: "git clone $(params.url) ." }],
    },
  });
  kube.put<Pipeline>(PIPELINES, {
    metadata: { name: "build" },
    spec: {
      params: [{ name: "url" }, { name: "level", default: "1" }, { name: "mode", enum: ["a"] }],
      workspaces: [{ name: "source" }, { name: "cache", optional: true }],
      tasks: [{
        name: "fetch",
        taskRef: { name: "git-clone" },
        params: [{ name: "url", value: "$(params.url)" }],
        workspaces: [{ name: "output", workspace: "source" }],
      }],
    },
  });
  return kube;
}

Deno.test("of a Pipeline: which task an upload stands in for, and all that is missing", async () => {
  const report = await doctor(withPipeline(), "build");
  assert.equal(report.code, 3);
  assert.deepEqual(about(report, "params"), [
    "failure: url has no default",
    "failure: mode has no default",
  ]);
  assert.deepEqual(about(report, "workspaces"), ["failure: source is not bound"]);
  const fixes = report.findings.filter(({ state }) => state === "failure").map(({ fix }) => fix);
  assert.deepEqual(fixes, ["-p url=VALUE", "-p mode=a", "-w name=source,volume=1Gi"]);
  const [plan] = about(report, "pipeline");
  assert.match(plan, /^ok: an upload goes into workspace output of task fetch\b/);
});

Deno.test("of a Pipeline: given params and workspaces are not missing; a claim is looked at", async () => {
  const kube = withPipeline();
  const claim = { metadata: { name: "pvc" }, spec: { accessModes: ["ReadOnlyMany"] } };
  kube.put<Claim>(CLAIMS, { ...claim, status: { phase: "Bound" } });
  const given = ["-p", "url=x", "-p", "mode=a", "-w", "name=source,claimName=pvc"];
  const report = await doctor(kube, "build", ...given);
  assert.deepEqual(about(report, "params"), []);
  assert.deepEqual(about(report, "workspaces"), [
    "failure: source: claim pvc is Bound, ReadOnlyMany: nothing can be uploaded there",
  ]);
});

Deno.test("of a Pipeline: claims that no run can use, and classes that do not exist", async () => {
  const kube = withPipeline();
  kube.put<StorageClass>(STORAGE_CLASSES, {
    metadata: { name: "later", namespace: "" },
    volumeBindingMode: "WaitForFirstConsumer",
  });
  kube.put<StorageClass>(STORAGE_CLASSES, { metadata: { name: "now", namespace: "" } });
  const claims: Record<string, [Claim["spec"], string]> = {
    bound: [{ storageClassName: "gone" }, "Bound"],
    lost: [{}, "Lost"],
    unclassed: [{}, "Pending"],
    gone: [{ storageClassName: "gone" }, "Pending"],
    later: [{ storageClassName: "later" }, "Pending"],
    now: [{ storageClassName: "now" }, "Pending"],
  };
  const states: Record<string, string> = {};
  for (const [name, [spec, phase]] of Object.entries(claims)) {
    const modes = { accessModes: ["ReadWriteOnce"] };
    kube.put<Claim>(CLAIMS, { metadata: { name }, spec: { ...modes, ...spec }, status: { phase } });
  }
  const bindings = [
    ...Object.keys(claims).map((name) => `claimName=${name}`),
    "claimName=none",
    "config=none",
    "secret=none",
    "volume=1Gi",
    "volume=1Gi,storageClass=gone",
    "volume=1Gi,storageClass=later",
  ];
  for (const binding of bindings) {
    const given = ["-p", "url=x", "-p", "mode=a", "-w", `name=source,${binding}`];
    [states[binding]] = about(await doctor(kube, "build", ...given), "workspaces");
  }
  const rwo = "ReadWriteOnce";
  assert.deepEqual(states, {
    "claimName=bound": `ok: source: claim bound is Bound, ${rwo}`,
    "claimName=lost": `failure: source: claim lost is Lost, ${rwo}`,
    "claimName=unclassed": `warning: source: claim unclassed is Pending, ${rwo}, of no storage ` +
      "class: it waits for a volume that somebody creates",
    "claimName=gone":
      `failure: source: claim gone is Pending, ${rwo}, of the storage class gone, ` +
      "which does not exist",
    "claimName=later": `ok: source: claim later is Pending, ${rwo}, until a pod uses it`,
    "config=none": "failure: source: there is no config map none in namespace default",
    "secret=none": "failure: source: there is no secret none in namespace default",
    "claimName=now": `warning: source: claim now is Pending, ${rwo}: the class now has given it ` +
      "no volume yet",
    "claimName=none": "failure: source: there is no claim none in namespace default",
    "volume=1Gi": `warning: source: a new volume, ${rwo}, of no storage class: it may stay pending`,
    "volume=1Gi,storageClass=gone": `failure: source: a new volume, ${rwo}, of the storage class ` +
      "gone, which does not exist",
    "volume=1Gi,storageClass=later": `ok: source: a new volume, ${rwo}, of the storage class later`,
  });
});

Deno.test("of a Pipeline that is not there, and of a wrong value: a failure with its reason", async () => {
  const missing = await doctor(cluster(), "build");
  assert.match(about(missing, "pipeline")[0], /^failure: Cannot get Pipeline "build": not found/);
  const wrong = await doctor(withPipeline(), "build", "-p", "url=x", "-p", "mode=b");
  assert.match(about(wrong, "pipeline")[0], /^failure: .*mode/);
});

Deno.test("a clock is off only beyond the second that the server leaves out", () => {
  const state = (serverMs: number) => {
    const { state, text } = checkClock({ beforeMs: 100_000, serverMs, afterMs: 101_000 });
    return `${state}: ${text}`;
  };
  assert.equal(state(100_000), "ok: as the server's");
  assert.equal(state(90_000), "ok: as the server's");
  assert.equal(state(88_000), "warning: this machine's clock is 11 s ahead of the server's");
  assert.equal(state(120_000), "warning: this machine's clock is 19 s behind the server's");
});
