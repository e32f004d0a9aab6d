import assert from "node:assert/strict";
import { ClusterError } from "../../../src/errors.ts";
import { type KubeObject, PODS } from "../../../src/kube/interface.ts";
import { refused, unreachable } from "../../../src/kube/status.ts";
import { addDebugContainer } from "../../../src/hold/debug_container.ts";
import type { Pause } from "../../../src/hold/pause.ts";
import type { Pod, PodContainer } from "../../../src/tekton/pod.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { rejection } from "../../support/refusal.ts";

const PAUSE = {
  namespace: "default",
  pod: "p",
  container: "step-s",
  step: "s",
  targetStep: "s",
} as Pause;

interface Ephemeral extends KubeObject {
  spec: { ephemeralContainers?: { name: string }[] };
  status?: { ephemeralContainerStatuses: { name: string; state: object }[] };
}

/** A pod whose new containers run at once; `fail` is called at the first request for one. */
class Stage {
  readonly kube = new FakeKube();
  patches = 0;

  constructor(fail: (stage: Stage, add: () => void) => void) {
    this.kube.put<Pod>(PODS, { metadata: { name: "p" }, spec: { containers: [] } });
    const { patch } = this.kube;
    this.kube.patch = async (resource, namespace, name, change) => {
      this.patches += 1;
      const add = () => {
        this.#applied = patch.call(this.kube, resource, namespace, name, change);
        this.run();
      };
      if (this.patches === 1) fail(this, add);
      else add();
      return await this.#applied as never;
    };
  }

  #applied: Promise<unknown> = Promise.resolve();

  run(): void {
    this.kube.update<Ephemeral>(PODS, "p", (pod) => {
      const names = pod.spec.ephemeralContainers?.map(({ name }) => name) ?? [];
      const statuses = names.map((name) => ({ name, state: { running: {} } }));
      pod.status = { ephemeralContainerStatuses: statuses };
    });
  }

  /** Returns the names of the pod's ephemeral containers after an addition. */
  async add(): Promise<string[]> {
    const place = await addDebugContainer(this.kube, PAUSE, {
      clock: new FakeClock(),
      image: "i",
      suffix: "abc",
    });
    assert.equal(place.container, "tkn-dev-abc");
    const { spec } = await this.kube.get<Ephemeral>(PODS, "default", "p");
    return spec.ephemeralContainers!.map(({ name }) => name);
  }
}

Deno.test("a container is added once if the answer to its addition is lost", async () => {
  const stage = new Stage((_, add) => {
    add();
    throw unreachable("s", new Error("cut off"));
  });
  assert.deepEqual(await stage.add(), ["tkn-dev-abc"]);
  assert.equal(stage.patches, 1);
});

Deno.test("a container that another client adds meanwhile stays", async () => {
  const stage = new Stage(({ kube }) => {
    kube.update<Ephemeral>(PODS, "p", ({ spec }) => {
      spec.ephemeralContainers = [{ name: "theirs" }];
    });
    const what = { verb: "patch", kind: "Pod", name: "p", server: "s" };
    throw refused(what, { code: 422, message: "existing containers may not be removed" });
  });
  assert.deepEqual(await stage.add(), ["theirs", "tkn-dev-abc"]);
});

Deno.test("a container has the user and the restrictions of the step", async () => {
  const securityContext = {
    runAsUser: 1000650000,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  };
  const stage = new Stage((_, add) => add());
  stage.kube.update<Pod>(PODS, "p", ({ spec }) => {
    spec!.containers = [{ name: "step-other" }, { name: "step-s", securityContext }];
  });
  await stage.add();
  const { spec } = await stage.kube.get<Ephemeral>(PODS, "default", "p");
  const [added] = spec.ephemeralContainers as PodContainer[];
  assert.deepEqual(added.securityContext, securityContext);
});

Deno.test("a refusal is reported", async () => {
  const stage = new Stage(() => {
    const what = { verb: "patch", kind: "Pod", name: "p", server: "s" };
    throw refused(what, { code: 403, message: "no" });
  });
  assert.match(await rejection(stage.add(), ClusterError), /^Cannot patch Pod "p": forbidden/);
  assert.equal(stage.patches, 1);
});
