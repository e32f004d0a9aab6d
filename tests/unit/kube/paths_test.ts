import assert from "node:assert/strict";
import { PODS } from "../../../src/kube/interface.ts";
import {
  encodeQuery,
  execPath,
  listPath,
  logPath,
  resourcePath,
  shownPath,
} from "../../../src/kube/paths.ts";
import { refusal } from "../../support/refusal.ts";

const TASKS = { group: "tekton.dev", version: "v1", plural: "tasks", kind: "Task" };
const place = { namespace: "ns", pod: "p", container: "step-a" };

Deno.test("the core group is under /api, others under /apis", () => {
  assert.equal(resourcePath(PODS, "ns", "p"), "/api/v1/namespaces/ns/pods/p");
  assert.equal(resourcePath(TASKS, "ns"), "/apis/tekton.dev/v1/namespaces/ns/tasks");
});

Deno.test("a name can't leave its place in the path", () => {
  assert.equal(
    resourcePath(PODS, "a b", "x?y=z#&"),
    "/api/v1/namespaces/a%20b/pods/x%3Fy%3Dz%23%26",
  );
  for (const name of ["", ".", "..", "../x", "a/b", "a%2fb"]) {
    assert.match(
      refusal(() => resourcePath(PODS, "ns", name)),
      /^Cannot use ".*" as the name of a Pod: no object can have it\n/,
    );
    if (name !== "") assert.match(refusal(() => resourcePath(PODS, name)), / as a namespace: /);
  }
});

Deno.test("selectors are escaped, and omitted if absent", () => {
  assert.equal(
    listPath(PODS, { namespace: "ns", labels: "a=b,c", fields: "metadata.name=x" }, { watch: 1 }),
    "/api/v1/namespaces/ns/pods?labelSelector=a%3Db%2Cc&fieldSelector=metadata.name%3Dx&watch=1",
  );
  assert.equal(listPath(PODS, { namespace: "ns" }), "/api/v1/namespaces/ns/pods");
});

Deno.test("the path of a log contains the options", () => {
  assert.equal(logPath(place), "/api/v1/namespaces/ns/pods/p/log?container=step-a");
  assert.equal(
    logPath({ ...place, follow: true, timestamps: true, sinceTime: "2026-01-02T03:04:05Z" }),
    "/api/v1/namespaces/ns/pods/p/log?container=step-a&follow=true&timestamps=true" +
      "&sinceTime=2026-01-02T03%3A04%3A05Z",
  );
});

Deno.test("each word of a command is one parameter, with any characters", () => {
  assert.equal(
    execPath({ ...place, command: ["sh", "-c", "a b&c=d", "", "ä\n"] }),
    "/api/v1/namespaces/ns/pods/p/exec?container=step-a&stdin=false&stdout=true&stderr=true" +
      "&command=sh&command=-c&command=a%20b%26c%3Dd&command=&command=%C3%A4%0A",
  );
});

Deno.test("a command has a stdin if one is given", () => {
  const stdin = new ReadableStream<Uint8Array>();
  assert.match(execPath({ ...place, command: ["x"], stdin }), /&stdin=true&/);
});

Deno.test("a query leaves out what is undefined or empty, and keeps false and 0", () => {
  assert.equal(encodeQuery({ a: undefined, b: "", c: false, d: 0 }), "?c=false&d=0");
  assert.equal(encodeQuery({ a: undefined }), "");
});

Deno.test("--verbose shows no value of a query that may be secret", () => {
  assert.equal(
    shownPath("/api/v1/namespaces/a/pods/p/exec?container=c&command=sh&command=-c&command=secret"),
    "/api/v1/namespaces/a/pods/p/exec?container=c&command=…&command=…&command=…",
  );
  assert.equal(shownPath("/x?labelSelector=a%3Db&token=t"), "/x?labelSelector=a=b&token=…");
  assert.equal(shownPath("/version"), "/version");
});
