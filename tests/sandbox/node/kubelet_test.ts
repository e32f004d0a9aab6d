import assert from "node:assert/strict";
import { Kubelet } from "../../../src/sandbox/node/kubelet.ts";
import { PODS } from "../../../src/sandbox/store/kinds.ts";
import { Store } from "../../../src/sandbox/store/store.ts";
import type { PodObject } from "../../../src/sandbox/node/pod_object.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const IMAGE = "localhost/busybox:1";
/** Longer than any close takes. */
const LIMIT_MS = 10_000;

Deno.test("an ephemeral container does not start in a pod that is being stopped", async () => {
  using directory = temporaryDirectory();
  const store = new Store();
  const kubelet = new Kubelet(store, directory.path);
  const pod = store.create(PODS, {
    metadata: { name: "p", namespace: "default" },
    spec: { containers: [{ name: "step-a", image: IMAGE }] },
    status: { phase: "Running" },
  } as PodObject) as PodObject;
  await kubelet.admit(pod);
  kubelet.startEphemeral(pod, { name: "shell", image: IMAGE, command: ["cat"], stdin: true });
  let timer;
  const late = new Promise((resolve) => timer = setTimeout(() => resolve("late"), LIMIT_MS));
  const ended = await Promise.race([kubelet.close().then(() => "ended"), late]);
  clearTimeout(timer);
  assert.equal(ended, "ended");
});
