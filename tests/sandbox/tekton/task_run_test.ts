import assert from "node:assert/strict";
import { CORE, start, step, TEKTON, verdict } from "../support.ts";

const ECHO = "localhost/busybox:1";

Deno.test("steps run in order and share the task's files; the status has the results", async () => {
  await using client = await start();
  const run = await client.runTask({
    params: [{ name: "who", default: "world" }, {
      name: "list",
      type: "array",
      default: ["a", "b"],
    }],
    workspaces: [{ name: "data" }],
    results: [{ name: "text" }, { name: "list", type: "array" }, { name: "absent" }],
    steps: [
      step("write", 'echo "hello $(params.who)" > $(workspaces.data.path)/file'),
      {
        name: "list",
        image: ECHO,
        command: ["sh", "-c", 'echo "$#: $*"', "sh"],
        args: ["$(params.list[*])", "$(params.list[1])"],
      },
      step("read", "cat file > $(results.text.path); printf '[\"x\"]' > $(results.list.path)", {
        workingDir: "$(workspaces.data.path)",
      }),
    ],
  }, { params: [{ name: "who", value: "you" }], workspaces: [{ name: "data", emptyDir: {} }] });
  assert.deepEqual(verdict(run), {
    status: "True",
    reason: "Succeeded",
    message: "All Steps have completed executing",
  });
  assert.deepEqual(run.status.results, [
    { name: "text", type: "string", value: "hello you\n" },
    { name: "list", type: "array", value: ["x"] },
  ]);
  assert.equal(await client.logs(run.status.podName, "step-list"), "3: a b b\n");
  // deno-lint-ignore no-explicit-any
  const names = run.status.steps.map((each: any) => [each.name, each.terminated.exitCode]);
  assert.deepEqual(names, [["write", 0], ["list", 0], ["read", 0]]);
});

Deno.test("a script without #! ends at its first failure, and later steps are skipped", async () => {
  await using client = await start();
  const run = await client.runTask({
    steps: [step("bad", "sh -c 'exit 3'\necho not reached"), step("after", "echo not run")],
  });
  const expected = '"step-bad" exited with code 3: Error';
  assert.deepEqual(verdict(run), { status: "False", reason: "Failed", message: expected });
  assert.equal(await client.logs(run.status.podName, "step-bad"), "");
  assert.match(
    await client.logs(run.status.podName, "step-after"),
    /Skipping step because a previous step failed/,
  );
  assert.equal(run.status.steps[1].terminationReason, "Skipped");
});

Deno.test("onError: continue keeps the exit code, and the run continues", async () => {
  await using client = await start();
  const run = await client.runTask({
    steps: [
      step("bad", "exit 5", { onError: "continue" }),
      step("after", "cat $(steps.step-bad.exitCode.path)"),
    ],
  });
  assert.equal(verdict(run).reason, "Succeeded");
  const [bad] = run.status.steps;
  assert.deepEqual([bad.terminated.exitCode, bad.terminationReason], [5, "Continued"]);
  assert.equal(await client.logs(run.status.podName, "step-after"), "5");
});

Deno.test("a step's result decides a later step's when, and can be a result of the task", async () => {
  await using client = await start();
  const when = (
    value: string,
  ) => [{ input: "$(steps.first.results.go)", operator: "in", values: [value] }];
  const run = await client.runTask({
    results: [{ name: "went", value: "$(steps.first.results.go)" }],
    steps: [
      step("first", "printf yes > $(step.results.go.path)", { results: [{ name: "go" }] }),
      step("runs", "echo ran", { when: when("yes") }),
      step("rests", "echo ran", { when: when("no") }),
      { name: "says", image: ECHO, command: ["echo"], args: ["$(steps.first.results.go)"] },
    ],
  });
  assert.deepEqual(run.status.results, [{ name: "went", type: "string", value: "yes" }]);
  assert.equal(await client.logs(run.status.podName, "step-runs"), "ran\n");
  assert.equal(run.status.steps[2].terminationReason, "Skipped");
  assert.doesNotMatch(await client.logs(run.status.podName, "step-rests"), /ran/);
  assert.equal(await client.logs(run.status.podName, "step-says"), "yes\n");
});

Deno.test("a step that exceeds its timeout is ended", async () => {
  await using client = await start();
  const run = await client.runTask({ steps: [step("slow", "sleep 60", { timeout: "50ms" })] });
  const message = '"step-slow" exited because the step exceeded the specified timeout limit';
  assert.equal(verdict(run).message, message);
});

Deno.test("a TaskRun that exceeds its timeout ends with its pod", async () => {
  await using client = await start();
  const run = await client.runTask({ steps: [step("slow", "sleep 60")] }, { timeout: "300ms" });
  assert.equal(verdict(run).reason, "TaskRunTimeout");
  assert.equal((await client.request(`${CORE}/pods/${run.status.podName}`)).status, 404);
});

Deno.test("a cancelled TaskRun loses its pod, and its step has the state terminated", async () => {
  await using client = await start();
  const { metadata: { name } } = await client.startTask({ steps: [step("slow", "sleep 60")] });
  await client.runningPod(name);
  await client.patch(`${TEKTON}/taskruns/${name}`, { spec: { status: "TaskRunCancelled" } });
  const run = await client.done(`${TEKTON}/taskruns`, name);
  assert.equal(verdict(run).reason, "TaskRunCancelled");
  assert.equal(run.status.steps[0].terminationReason, "TaskRunCancelled");
  assert.equal((await client.request(`${CORE}/pods/${name}-pod`)).status, 404);
});

Deno.test("a pod that is deleted during its TaskRun is created again", async () => {
  await using client = await start();
  const { metadata: { name } } = await client.startTask({ steps: [step("slow", "sleep 60")] });
  const first = await client.runningPod(name);
  await client.json(`${CORE}/pods/${name}-pod`, { method: "DELETE" });
  const second = await client.until(
    `${CORE}/pods`,
    `${name}-pod`,
    ({ status, metadata }) => status.phase === "Running" && metadata.uid !== first.metadata.uid,
  );
  assert.ok(second);
});

Deno.test("a failed TaskRun is retried with a new pod", async () => {
  await using client = await start();
  const run = await client.runTask({
    steps: [step("try", '[ "$(context.task.retry-count)" = 1 ]')],
  }, { retries: 2 });
  assert.equal(verdict(run).reason, "Succeeded");
  assert.equal(run.status.podName, `${run.metadata.name}-pod-retry1`);
  assert.equal(run.status.retriesStatus.length, 1);
});

Deno.test("all containers run from the pod's start, and end in the order of their steps", async () => {
  await using client = await start();
  const { metadata: { resourceVersion } } = await client.json(`${CORE}/pods`);
  await client.startTask({ steps: [step("one", "true"), step("two", "true")] });
  const seen: string[] = [];
  for await (
    const { object } of client.watch(`${CORE}/pods`, `&resourceVersion=${resourceVersion}`)
  ) {
    const { phase, containerStatuses = [] } = object.status;
    // deno-lint-ignore no-explicit-any
    const states = containerStatuses.map((each: any) => Object.keys(each.state)[0]);
    seen.push([phase, ...states].join(" "));
    if (phase === "Succeeded") break;
  }
  assert.deepEqual(seen, [
    "Pending",
    "Pending waiting waiting",
    "Running running running",
    "Running terminated running",
    "Succeeded terminated terminated",
  ]);
});

Deno.test("in an image without a shell a script cannot start, but busybox can", async () => {
  await using client = await start();
  const image = "localhost/no-shell:1";
  const run = await client.runTask({ steps: [step("script", "echo hi", { image })] });
  assert.equal(verdict(run).message, '"step-script" exited with code 1: Error');
  assert.match(
    await client.logs(run.status.podName, "step-script"),
    /Error executing command: fork\/exec .*: no such file or directory/,
  );
  const busybox = await client.runTask({
    steps: [{ name: "direct", image, command: ["/bin/busybox", "echo", "hi"] }],
  });
  assert.equal(await client.logs(busybox.status.podName, "step-direct"), "hi\n");
});

Deno.test("a pod whose image cannot be pulled stays pending", async () => {
  await using client = await start();
  const { metadata: { name } } = await client.startTask({
    steps: [step("x", "true", { image: "does-not-exist" })],
  });
  const pod = await client.until(
    `${CORE}/pods`,
    `${name}-pod`,
    ({ status }) => status.containerStatuses?.[0].state.waiting?.reason === "ErrImagePull",
  );
  assert.equal(pod.status.phase, "Pending");
  const { message, code } = await client.json(`${CORE}/pods/${name}-pod/log`);
  assert.equal(
    message,
    `container "step-x" in pod "${name}-pod" is waiting to start: trying and failing to pull image`,
  );
  assert.equal(code, 400);
});

Deno.test("volumes of ConfigMaps, Secrets and claims are directories", async () => {
  await using client = await start();
  await client.create(`${CORE}/configmaps`, { metadata: { name: "cm" }, data: { key: "from cm" } });
  await client.create(`${CORE}/secrets`, {
    metadata: { name: "sec" },
    data: { key: btoa("from sec") },
  });
  await client.create(`${CORE}/persistentvolumeclaims`, { metadata: { name: "disk" }, spec: {} });
  const workspaces = [
    { name: "cm", configMap: { name: "cm" } },
    { name: "sec", secret: { secretName: "sec" } },
    { name: "disk", persistentVolumeClaim: { claimName: "disk" }, subPath: "sub" },
  ];
  const declared = workspaces.map(({ name }) => ({ name }));
  const script = "cat /workspace/cm/key /workspace/sec/key | tee /workspace/disk/out";
  const run = await client.runTask({ workspaces: declared, steps: [step("x", script)] }, {
    workspaces,
  });
  assert.equal(await client.logs(run.status.podName, "step-x"), "from cmfrom sec");
  const again = await client.runTask({
    workspaces: [{ name: "all", mountPath: "/all" }],
    steps: [step("x", "ls -d $(workspaces.all.path)/sub/out")],
  }, { workspaces: [{ name: "all", persistentVolumeClaim: { claimName: "disk" } }] });
  assert.equal(await client.logs(again.status.podName, "step-x"), "/all/sub/out\n");
});

Deno.test("a volume that several steps mount at one path is one directory", async () => {
  await using client = await start();
  const mounted = {
    volumeMounts: [{ name: "tkn-dev", mountPath: "/tkn-dev" }],
    env: [{ name: "AT", value: "/tkn-dev/bin" }],
  };
  const { metadata: { name } } = await client.startTask({
    stepTemplate: mounted,
    volumes: [{ name: "tkn-dev", emptyDir: {} }],
    steps: [
      step("first", "mkdir /tkn-dev/bin; mkfifo /tkn-dev/fifo; read -r line < /tkn-dev/fifo"),
      step("second", 'cat "$AT/said"; ls -d "$AT"', { volumeMounts: [] }),
      { name: "third", image: ECHO, command: ["cat", "/tkn-dev/bin/said"], ...mounted },
    ],
  });
  await client.runningPod(name);
  const pod = `${name}-pod`;
  const script = "until [ -p /tkn-dev/fifo ]; do :; done; echo hello > /tkn-dev/bin/said; " +
    'echo "$AT"; pwd';
  for (const container of ["step-third", "step-second"]) {
    const { stdout } = await client.exec(pod, container, ["sh", "-c", script]);
    assert.equal(stdout, "/tkn-dev/bin\n/\n");
  }
  await client.exec(pod, "step-third", ["sh", "-c", "echo go > /tkn-dev/fifo"]);
  await client.done(`${TEKTON}/taskruns`, name);
  assert.equal(await client.logs(pod, "step-second"), "hello\n/tkn-dev/bin\n");
  assert.equal(await client.logs(pod, "step-third"), "hello\n");
});

Deno.test("a missing Task, param or workspace fails the TaskRun with Tekton's reason", async () => {
  await using client = await start();
  const run = await client.create(`${TEKTON}/taskruns`, {
    metadata: { name: "lost" },
    spec: { taskRef: { name: "nope" } },
  });
  const lost = await client.done(`${TEKTON}/taskruns`, run.metadata.name);
  assert.equal(verdict(lost).reason, "TaskRunResolutionFailed");
  assert.match(verdict(lost).message, /tasks.tekton.dev "nope" not found/);
  const param = await client.runTask({ params: [{ name: "p" }], steps: [step("x", "true")] });
  assert.equal(verdict(param).reason, "TaskRunValidationFailed");
  assert.match(verdict(param).message, /no default values: \[p\]/);
  const bare = await client.runTask({ workspaces: [{ name: "w" }], steps: [step("x", "true")] });
  assert.match(verdict(bare).message, /declared workspace "w" is required/);
});

Deno.test("a step has its own clean environment", async () => {
  await using client = await start();
  const run = await client.runTask({
    steps: [
      step(
        "env",
        "env | cut -d= -f1 | sort | tr '\\n' ' '; echo $TMPDIR; echo x > /tmp/x; ls /tmp",
        {
          env: [{ name: "MINE", value: "1" }],
        },
      ),
    ],
  });
  const text = await client.logs(run.status.podName, "step-env");
  assert.equal(text, "HOME HOSTNAME LANG MINE PATH PWD TMPDIR /tmp\nx\n");
});
