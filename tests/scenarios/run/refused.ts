/** Invalid input: one clear line, the documented exit code, and no run left behind. */
import assert from "node:assert/strict";
import { PIPELINE_RUNS, type PipelineRun, TASK_RUNS } from "../../../src/tekton/model.ts";
import { type Cluster, runCount } from "../../support/cluster.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { type Ran, startTknDev, tknDev } from "../../support/program.ts";
import { tree, writeTree } from "../../support/tree_text.ts";
import type { Scenario } from "../scenario.ts";

/** [command line, exit code, error line, part of the hint]. DIR is a directory with one file. */
type Case = [line: string, code: number, error: RegExp, hint: RegExp];

const EMPTY = "-w name=source,emptyDir=";
const UNCLEAR = `pipeline upload t-unclear DIR ${EMPTY}`;

const BEFORE_A_RUN: Case[] = [
  [
    "pipeline upload no-such DIR",
    3,
    /get Pipeline "no-such": not found in namespace/,
    /its pipelines: .*t-compare/,
  ],
  [
    "task upload no-such DIR",
    3,
    /get Task "no-such": not found in namespace/,
    /its tasks: .*t-/,
  ],
  [`${UNCLEAR} -p text=a --on-task zzz`, 2, /task "zzz": Pipeline "t-unclear" has no such/, /one,/],
  [`${UNCLEAR} -p text=a`, 2, /Cannot tell which task of Pipeline "t-unclear"/, /--on-task; .*one/],
  [`${UNCLEAR} -p text=a --on-task lost`, 3, /Task "t-no-such-task": not found/, /its tasks: /],
  [`${UNCLEAR} -p text=a --on-task none`, 2, /into task "none": none of its work/, /--workspace/],
  [
    `${UNCLEAR} -p text=a --on-task reads`,
    2,
    /"source": the Task mounts it read-only/,
    /choose another task/,
  ],
  [`${UNCLEAR} -p text=a --on-task one`, 2, /an emptyDir is not shared with task/, /claimName/],
  [`${UNCLEAR} --on-task one`, 2, /Pipeline "t-unclear": param "text" not given/, /--param text=/],
  [
    `${UNCLEAR} -p text=a -p zzz=b --on-task one`,
    2,
    /param "zzz": Pipeline "t-unclear" has no such/,
    /text, list/,
  ],
  [
    `${UNCLEAR} -p text=a -p map=b --on-task one`,
    2,
    /param "map": it is an object, and "b" is not/,
    /key:value/,
  ],
  [`${UNCLEAR} -p text`, 2, /--param "text": it is not NAME=VALUE/, /=/],
  [
    `${UNCLEAR} -w name=two,emptyDir= -p text=a --on-task both`,
    2,
    /one, two can all be written/,
    /--on-workspace one/,
  ],
  [
    `pipeline upload t-unclear DIR -p text=a --on-task one`,
    2,
    /workspace "source" not given/,
    /-workspace name=source,volume=/,
  ],
  [
    `${UNCLEAR} -w name=zzz,emptyDir= -p text=a --on-task one`,
    2,
    /workspace "zzz": .* no such workspace/,
    /two/,
  ],
  [
    `task upload t-steps DIR ${EMPTY} --on-step zzz`,
    2,
    /step "zzz": Task "t-steps" has/,
    /first, /,
  ],
  [
    `task upload t-steps DIR ${EMPTY} --on-workspace zzz`,
    2,
    /workspace "zzz": .* no such/,
    /cache/,
  ],
  [`task upload t-steps DIR -w name=source,secret=s`, 2, /"source": it is a secret/, /writable/],
  [
    `task upload t-steps DIR ${EMPTY} --result a=b --on-step first`,
    2,
    /result "a": .* no such/,
    /./,
  ],
  [
    "task upload t-steps DIR -w name=source,claimName=no-such",
    3,
    /claim "no-such" \(workspace "source"\): not found in namespace/,
    /kubectl get pvc -n \S+ lists/,
  ],
  [
    "pipeline debug t-results -w name=source,claimName=no-such --on-task say --exec-instead true",
    3,
    /claim "no-such" \(workspace "source"\): not found in namespace/,
    /kubectl get pvc -n \S+ lists/,
  ],
  [
    `task upload t-steps DIR ${EMPTY} -w name=cache,config=no-such`,
    3,
    /config map "no-such" \(workspace "cache"\): not found in namespace/,
    /kubectl get configmaps -n \S+ lists/,
  ],
  [
    `task upload t-steps DIR ${EMPTY} --serviceaccount no-such`,
    3,
    /service account "no-such": not found in namespace/,
    /kubectl get serviceaccounts -n \S+ lists/,
  ],
  [`task upload t-steps DIR/none ${EMPTY}`, 2, /Cannot upload ".*none": no such directory/, /./],
  [`task upload t-steps DIR/file ${EMPTY}`, 2, /Cannot upload ".*file": it is a file/, /./],
  [
    `task upload t-steps DIR ${EMPTY} --on-directory /abs`,
    2,
    /"\/abs": no workspace and no emptyDir of the step of Task "t-steps" is there/,
    /writable: .*\/workspace\/source/,
  ],
  [
    `task upload t-steps DIR ${EMPTY} --on-directory a/../..`,
    2,
    /leads out of the work/,
    /relative/,
  ],
  [
    `task upload t-steps DIR ${EMPTY} --kubeconfig DIR/none`,
    2,
    /kubeconfig ".*none": no such/,
    /./,
  ],
  [`task upload t-steps DIR ${EMPTY} -c no-such`, 2, /context "no-such": .* no such context/, /./],
  [`task upload t-steps DIR ${EMPTY} --on-stp x`, 2, /"--on-stp": no such flag/, /--on-step/],
];

/** The same, for errors that need the run to exist. */
const IN_A_RUN: Case[] = [
  [
    `task upload t-steps DIR ${EMPTY} --exec no-such-program`,
    4,
    /its image "localhost\/busybox:1" has no program "no-such-program"/,
    /--exec/,
  ],
  [
    `task upload t-image DIR ${EMPTY} --on-step no-tar`,
    4,
    /its image "localhost\/no-tar:1" has no program "tar"/,
    /--exec/,
  ],
  [
    `task upload t-image DIR ${EMPTY} --on-step no-shell`,
    4,
    /image "localhost\/no-shell:1" has no shell/,
    /on-step/,
  ],
  [`task upload t-steps DIR ${EMPTY} --exec false`, 4, /"false" ended with exit code 1/, /room/],
];

export const refusedScenarios: Scenario[] = [
  {
    name: "an error before a run is one line with a hint and its exit code, and starts nothing",
    async run(cluster, directory) {
      writeTree(directory, tree("file file a"));
      const before = await runCount(cluster.kube);
      for (const one of BEFORE_A_RUN) await check(cluster, directory, one);
      assert.equal(await runCount(cluster.kube), before);
    },
  },
  {
    name: "an error in a run is one line with a hint and its exit code, and leaves nothing held",
    async run(cluster, directory) {
      writeTree(directory, tree("file file a"));
      for (const one of IN_A_RUN) {
        const ran = await check(cluster, directory, one);
        await ended(cluster, ran);
      }
    },
  },
  {
    name: "a link in the workspace that leads out of it is not followed",
    async run(cluster, directory) {
      writeTree(directory, tree("link way-out -> /tmp\nlink inside -> below\ndir below/"));
      const shared = `-w name=source,claimName=${cluster.claim},subPath=${crypto.randomUUID()}`;
      const planted = await tknDev([
        ..."task upload t-steps --on-step second".split(" "),
        directory,
        ...shared.split(" "),
        ...cluster.flags,
      ]);
      assert.equal(planted.code, 0, planted.stderr);
      const line = `task upload t-steps DIR ${shared} --on-step second --on-directory`;
      const out = /way-out\/sub": .*way-out is a symbolic link/;
      await check(cluster, directory, [`${line} way-out/sub`, 4, out, /--on-directory/]);
      const into = await tknDev([
        ...`${line} inside`.replace("DIR", directory).split(" "),
        ...cluster.flags,
      ]);
      assert.equal(into.code, 0, into.stderr);
    },
  },
  {
    name: "an image that cannot be pulled ends the run with an error",
    async run(cluster, directory) {
      writeTree(directory, tree("file file a"));
      const ran = await tknDev([
        ...`task upload t-no-image ${EMPTY}`.split(" "),
        directory,
        ...cluster.flags,
      ]);
      assert.equal(ran.code, 1, ran.stderr);
      assert.match(ran.stderr, /does-not-exist/);
    },
  },
  {
    name: "Ctrl-C, even twice, cancels the run that was started, says so and exits with 130",
    async run(cluster, directory) {
      writeTree(directory, tree("file here.txt here"));
      const running = startTknDev([
        ...`task upload t-steps ${EMPTY} --exec`.split(" "),
        "sleep 60",
        directory,
        ...cluster.flags,
      ]);
      await running.stderrMatch(/^Held at/m);
      running.signal("SIGINT");
      running.signal("SIGINT");
      const ran = await running.ended;
      assert.equal(ran.code, 130, ran.stderr);
      assert.match(ran.stderr, /^Error: Interrupted: cancelled TaskRun "t-steps-run-\w+"$/m);
      assert.equal(await ended(cluster, ran), "TaskRunCancelled");
    },
  },
  {
    name: "a run deleted while it is held ends with exit code 3",
    async run(cluster, directory) {
      const { running, name } = await held(cluster, directory);
      await cluster.kube.delete(PIPELINE_RUNS, cluster.kube.namespace, name);
      const ran = await running.ended;
      assert.equal(ran.code, 3, ran.stderr);
      assert.match(ran.stderr, /^Error: Cannot follow PipelineRun ".*": it was deleted$/m);
    },
  },
  {
    name: "a run cancelled while it is held ends with exit code 1",
    async run(cluster, directory) {
      const { running, name } = await held(cluster, directory);
      await cluster.kube.patch(PIPELINE_RUNS, cluster.kube.namespace, name, {
        spec: { status: "Cancelled" },
      });
      const ran = await running.ended;
      assert.equal(ran.code, 1, ran.stderr);
      assert.match(ran.stderr, /cancelled/);
    },
  },
];

async function check(cluster: Cluster, directory: string, one: Case): Promise<Ran> {
  const [line, code, error, hint] = one;
  const args = line.split(" ").map((word) => word.replace(/^DIR/, directory));
  // The case's own flags come last, so that they win.
  const ran = await tknDev([...args.slice(0, 3), ...cluster.flags, ...args.slice(3)]);
  assert.equal(ran.code, code, `${line}\n${ran.stderr}`);
  const errors = ran.stderr.split("\n").filter((text) => text.startsWith("Error: "));
  assert.equal(errors.length, 1, `${line}\n${ran.stderr}`);
  assert.match(errors[0], error, line);
  assert.match(/^Hint: (.*)$/m.exec(ran.stderr)?.[1] ?? "no hint", hint, line);
  assert.doesNotMatch(ran.stderr, /^\s+at /m, `${line}: a stack`);
  return ran;
}

/** Starts a run that is held for an upload of a minute. */
async function held(cluster: Cluster, directory: string) {
  writeTree(directory, tree("file a.txt a"));
  const claim = `-w name=source,claimName=${cluster.claim},subPath=${crypto.randomUUID()}`;
  const running = startTknDev([
    ...`pipeline upload t-results ${claim} --exec`.split(" "),
    "sleep 60",
    directory,
    ...cluster.flags,
  ]);
  const created = await running.stderrMatch(/Created PipelineRun \S+/);
  await running.stderrMatch(/^Held at/m);
  return { running, name: created.split(" ")[2] };
}

/** Waits for the end of the run that the program created, and returns its reason. */
async function ended({ kube }: Cluster, ran: Ran): Promise<string> {
  const [, kind, name] = /Created (\w+) (\S+) in/.exec(ran.stderr)!;
  const resource = kind === "TaskRun" ? TASK_RUNS : PIPELINE_RUNS;
  const fields = `metadata.name=${name}`;
  const selector = { namespace: kube.namespace, fields };
  const limit = AbortSignal.timeout(PATIENCE_MS);
  for await (const { object } of kube.watch<PipelineRun>(resource, selector, limit)) {
    const condition = object.status?.conditions?.[0];
    if (condition !== undefined && condition.status !== "Unknown") return condition.reason!;
  }
  throw new Error(`${kind} ${name} is still not over`);
}
