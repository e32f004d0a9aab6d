/** A client of a fake transport, for tests. */
import { KubeClient } from "../../../src/kube/client.ts";
import { FakeTransport } from "../../support/fake_transport.ts";

export const RUNS = { group: "tekton.dev", version: "v1", plural: "taskruns", kind: "TaskRun" };
export const POD = { kind: "Pod", metadata: { name: "p", namespace: "a", uid: "u" } };

export function client(answer?: FakeTransport["answer"]) {
  const transport = new FakeTransport();
  if (answer !== undefined) transport.answer = answer;
  return { transport, kube: new KubeClient(transport, "ns") };
}

/** The requests as `METHOD path body`. */
export function asked({ requests }: FakeTransport): string[] {
  return requests.map(({ path, init: { method = "GET", body } }) =>
    [method, path, body].filter((part) => part !== undefined).join(" ")
  );
}
