import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { ClusterError, Interrupted } from "../../../src/errors.ts";
import type { RunEvent } from "../../../src/events.ts";
import { refused } from "../../../src/kube/status.ts";
import { OWN_LABELS } from "../../../src/objects/marks.ts";
import { missingRight, resolveByRequest } from "../../../src/resolve/resolution_request.ts";
import { RESOLUTION_REQUESTS, type ResolutionRequest } from "../../../src/tekton/model.ts";
import { FakeClock } from "../../support/fake_host.ts";
import { FakeKube } from "../../support/fake_kube.ts";
import { turn } from "../../support/fake_transport.ts";
import { rejection } from "../../support/refusal.ts";

class Stage {
  readonly kube = new FakeKube();
  readonly clock = new FakeClock();
  readonly random = (length: number) => "0".repeat(length);
  readonly notes: string[] = [];
  readonly stop = new AbortController();
  readonly interrupt = this.stop.signal;
  created?: ResolutionRequest;

  /** `status` is the resolver's answer; without it, the resolver never answers. */
  constructor(status?: ResolutionRequest["status"]) {
    this.kube.onCreated = (object) => {
      this.created = object as ResolutionRequest;
      if (status === undefined) return;
      this.kube.update<ResolutionRequest>(RESOLUTION_REQUESTS, object.metadata.name!, (request) => {
        request.status = status;
      });
    };
  }

  readonly emit = (event: RunEvent) => {
    if (event.kind === "note") this.notes.push(event.text);
  };

  resolve(url?: string): Promise<string> {
    const params = [{ name: "revision", value: "main" }];
    const reference = {
      kind: "Task" as const,
      owner: 'task "clone"',
      resolver: "git",
      params,
      url,
    };
    return resolveByRequest(this, reference);
  }

  /** Checks that no request and no watch remains. */
  assertClean(): void {
    assert.deepEqual(this.kube.changes, [
      "create ResolutionRequest tkn-dev-bbbbb",
      "delete ResolutionRequest tkn-dev-bbbbb",
    ]);
    assert.equal(this.kube.watcherCount, 0);
    assert.equal(this.clock.alarmCount, 0);
  }
}

const WHAT = 'Cannot resolve the Task of task "clone" by "git"';
const HINT = "look at the params of its reference";

function condition(status: "True" | "False" | "Unknown", message = "") {
  return [{ type: "Succeeded", status, reason: "Why", message }];
}

/** Base64 of UTF-8. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

Deno.test("a request has the resolver's label and params, is decoded and then deleted", async () => {
  const stage = new Stage({ conditions: condition("True"), data: base64("kind: Täsk") });
  assert.equal(await stage.resolve(), "kind: Täsk");
  const { apiVersion, kind, metadata, spec } = stage.created!;
  assert.equal(apiVersion, "resolution.tekton.dev/v1beta1");
  assert.equal(kind, "ResolutionRequest");
  assert.equal(metadata.namespace, "default");
  assert.deepEqual(metadata.labels, { "resolution.tekton.dev/type": "git", ...OWN_LABELS });
  assert.deepEqual(spec, { params: [{ name: "revision", value: "main" }] });
  stage.assertClean();
});

Deno.test("a URL in place of a name is passed on", async () => {
  const stage = new Stage({ conditions: condition("True"), data: "" });
  await stage.resolve("https://x/y");
  assert.equal(stage.created!.spec.url, "https://x/y");
});

Deno.test("a request in progress is awaited", async () => {
  const stage = new Stage({ conditions: condition("Unknown") });
  const resolving = stage.resolve();
  await turn();
  stage.kube.update<ResolutionRequest>(RESOLUTION_REQUESTS, "tkn-dev-bbbbb", (request) => {
    request.status = { conditions: condition("True"), data: base64("x") };
  });
  assert.equal(await resolving, "x");
  stage.assertClean();
});

Deno.test("a refusal has the resolver's message, in one line", async () => {
  const stage = new Stage({ conditions: condition("False", "no such\n  revision\n") });
  assert.equal(
    await rejection(stage.resolve(), ClusterError),
    `${WHAT}: no such revision\n${HINT}`,
  );
  stage.assertClean();
});

Deno.test("a refusal without a message has its reason", async () => {
  const stage = new Stage({ conditions: condition("False") });
  assert.equal(await rejection(stage.resolve(), ClusterError), `${WHAT}: Why\n${HINT}`);
});

Deno.test("a resolver that never answers is reported after Tekton's own minute", async () => {
  const stage = new Stage();
  const resolving = rejection(stage.resolve(), ClusterError);
  await turn();
  stage.clock.advance(60_000);
  await turn();
  assert.equal(stage.kube.watcherCount, 1);
  stage.clock.advance(15_000);
  assert.match(await resolving, /: no answer after 75 s\ndoes the cluster have this resolver\?/);
  stage.assertClean();
});

Deno.test("an interrupt ends the wait, and the request is deleted", async () => {
  const stage = new Stage();
  const resolving = rejection(stage.resolve(), Interrupted);
  await turn();
  stage.stop.abort();
  assert.equal(await resolving, "Interrupted: nothing was started");
  stage.assertClean();
});

Deno.test("after an interrupt no request is created", async () => {
  const stage = new Stage();
  stage.stop.abort();
  await rejection(stage.resolve(), Interrupted);
  assert.deepEqual(stage.kube.changes, []);
});

Deno.test("a request that somebody deletes is an error", async () => {
  const stage = new Stage();
  const resolving = rejection(stage.resolve(), ClusterError);
  await turn();
  stage.kube.remove(RESOLUTION_REQUESTS, "tkn-dev-bbbbb");
  assert.match(
    await resolving,
    /^Cannot wait for ResolutionRequest "tkn-dev-bbbbb": it was deleted\n/,
  );
  assert.deepEqual(stage.notes, []);
});

Deno.test("a request that can't be deleted is noted, and its answer counts", async () => {
  const stage = new Stage({ conditions: condition("True"), data: base64("x") });
  stage.kube.delete = () =>
    Promise.reject(
      refused({ verb: "delete", kind: "X", server: "s" }, { code: 500, message: "no" }),
    );
  assert.equal(await stage.resolve(), "x");
  assert.deepEqual(stage.notes, [
    "ResolutionRequest tkn-dev-bbbbb may still exist: Cannot delete Xs: no",
  ]);
});

Deno.test("the first missing right is named", async () => {
  const kube = new FakeKube();
  assert.equal(await missingRight(kube), undefined);
  kube.denials.add("watch resolutionrequests").add("delete resolutionrequests");
  assert.equal(await missingRight(kube), "watch resolutionrequests.resolution.tekton.dev");
});
