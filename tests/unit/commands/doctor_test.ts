import assert from "node:assert/strict";
import "../../support/no_env.ts";
import { app } from "../../../src/app.ts";
import { checkClock, isOlder } from "../../../src/commands/doctor/check_server.ts";
import { ClusterError } from "../../../src/errors.ts";
import type { KubeObject } from "../../../src/kube/interface.ts";
import { type Claim, CLAIMS } from "../../../src/objects/claims.ts";
import { type Pipeline, PIPELINES, type Task, TASKS } from "../../../src/tekton/model.ts";
import type { Finding } from "../../../src/view/findings.ts";
import { FakeHost } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { MemoryFiles } from "../../support/memory_files.ts";

interface Report {
  readonly code: number;
  readonly ready: boolean;
  readonly findings: Finding[];
}

async function doctor(kube: FakeKube, ...argv: string[]): Promise<Report> {
  const host = new FakeHost(new MemoryFiles(), kube);
  const code = await app(["doctor", "-o", "json", ...argv], host);
  assert.equal(host.terminal.stderr, "");
  return { code, ...JSON.parse(host.terminal.stdout) };
}

function about({ findings }: Report, check: string): string[] {
  return findings.filter((one) => one.check === check).map(({ state, text }) =>
    `${state}: ${text}`
  );
}

Deno.test("without faults every check is ok or skipped, and nothing is created", async () => {
  const kube = new FakeKube();
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

Deno.test("each missing right is a failure, with the command that grants them all", async () => {
  const kube = new FakeKube();
  for (const right of ["create pipelineruns", "create pods/exec", "get pods/exec", "list events"]) {
    kube.denials.add(right);
  }
  const report = await doctor(kube);
  assert.equal(report.code, 3);
  assert.equal(report.ready, false);
  assert.deepEqual(about(report, "rights"), [
    "failure: you may not create pipelineruns.tekton.dev in namespace default",
    "failure: you may not create pods/exec in namespace default",
    "warning: you may not list events: why a pod does not start is not told",
  ]);
  const fixes = report.findings.filter(({ state }) => state === "failure").map(({ fix }) => fix);
  const grant = "kubectl create rolebinding tkn-dev --clusterrole=edit --user=ada -n default";
  assert.deepEqual(fixes, [undefined, grant]);
});

Deno.test("a proxy on the way is named", async () => {
  const kube = new FakeKube();
  kube.proxy = "http://proxy.test:3128";
  const [server] = about(await doctor(kube), "server");
  assert.match(
    server,
    /^ok: https:\/\/cluster\.test through the proxy http:\/\/proxy\.test:3128, /,
  );
});

Deno.test("a server that gives no answer ends the checks", async () => {
  const kube = new FakeKube();
  kube.onRead = (read) => {
    throw new ClusterError(`Cannot ${read}`, { hint: "is it there?" });
  };
  const { code, findings } = await doctor(kube);
  assert.equal(code, 3);
  const last = { check: "server", state: "failure", text: "Cannot get path /version" };
  assert.deepEqual(findings.at(-1), { ...last, fix: "is it there?" });
});

Deno.test("a refused dry run of a pod tells what admission says", async () => {
  const said = {
    'pods "x" is forbidden: exceeded quota: team': "failure",
    'pods "x" is forbidden: violates PodSecurity "restricted:latest"': "warning",
    'pods "x" is forbidden: failed quota: team: must specify limits.cpu': "warning",
    "something else": "skipped",
  };
  for (const [words, state] of Object.entries(said)) {
    const kube = new FakeKube();
    kube.create = async function <T extends KubeObject>(...args: Parameters<FakeKube["create"]>) {
      if (args[0].kind === "Pod") throw new ClusterError(words);
      return await FakeKube.prototype.create.apply(kube, args) as never as Promise<T>;
    } as FakeKube["create"];
    assert.deepEqual(about(await doctor(kube), "pods"), [`${state}: ${words}`]);
  }
});

function withPipeline(): FakeKube {
  const kube = new FakeKube();
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

Deno.test("of a Pipeline that is not there, and of a wrong value: a failure with its reason", async () => {
  const missing = await doctor(new FakeKube(), "build");
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

Deno.test("versions are compared by their numbers; unknown forms are not old", () => {
  assert.equal(isOlder("v1.9.4", [1, 30]), true);
  assert.equal(isOlder("v1.30.0+k3s", [1, 30]), false);
  assert.equal(isOlder("v0.65.2", [0, 68]), true);
  assert.equal(isOlder("v1.0.0", [0, 68]), false);
  assert.equal(isOlder("devel", [0, 68]), false);
});
