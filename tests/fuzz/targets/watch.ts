import assert from "node:assert/strict";
import { KubeClient } from "../../../src/kube/client.ts";
import { PODS } from "../../../src/kube/interface.ts";
import { FakeTransport } from "../../support/fake_transport.ts";
import { orRefused } from "../asserts.ts";
import corpus from "../corpus/watch.json" with { type: "json" };
import { anyJson, linesOf, mostOf, roughly, text } from "../inputs.ts";
import { fc, type Target } from "../target.ts";
import { anyStatus } from "./status.ts";

interface Input {
  /** The body of each list response, and of each stream of changes. */
  readonly list: string;
  readonly stream: string;
  /** The status of list responses. */
  readonly code: number;
}

/** Simulated time, longer than any server is away. */
const LONGEST_MS = 15 * 60_000;
const MOST_REQUESTS = 500;

const version = fc.constantFrom<unknown>("1", "2", "", undefined, 5, null);
const object = mostOf({
  metadata: mostOf({
    name: roughly(fc.constantFrom("a", "b")),
    uid: roughly(fc.constantFrom("u1", "u2")),
    resourceVersion: version,
  }),
  status: anyJson,
});
const list = mostOf({
  items: roughly(fc.array(object, { maxLength: 3 })),
  metadata: mostOf({ resourceVersion: version }),
}).map((value) => JSON.stringify(value));
const event = mostOf({
  type: roughly(fc.constantFrom("ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR")),
  object,
}).map((value) => JSON.stringify(value));

export const watchTarget: Target<Input> = {
  name: "watch",
  claim: "a watch yields only objects, and a watch of garbage ends",
  inputs: fc.record({
    list: fc.oneof({ weight: 6, arbitrary: list }, anyStatus, text),
    stream: linesOf(event),
    code: fc.constantFrom(200, 200, 200, 200, 200, 200, 410, 429, 500, 403),
  }),
  async check({ list, stream, code }) {
    const ended = new AbortController();
    const transport = new FakeTransport();
    let waitedMs = 0;
    let isPatient = true;
    transport.onDelay = (ms) => {
      waitedMs += ms;
      if (waitedMs <= LONGEST_MS && transport.requests.length <= MOST_REQUESTS) return;
      isPatient = false;
      ended.abort();
    };
    transport.answer = ({ path }) => {
      if (transport.requests.length > 2 * MOST_REQUESTS) throw new Error("it never waits");
      return path.includes("watch=1") ? new Response(stream) : new Response(list, { status: code });
    };
    const client = new KubeClient(transport, "ns");
    await orRefused(async () => {
      for await (const { type, object } of client.watch(PODS, { namespace: "ns" }, ended.signal)) {
        assert.ok(["ADDED", "MODIFIED", "DELETED"].includes(type), `type ${type}`);
        assert.equal(typeof object?.metadata, "object");
        assert.notEqual(object.metadata, null);
      }
    });
    assert.ok(isPatient || isList(list, code), "it never ends, though no response was a list");
  },
  corpus,
  runs: 300,
};

function isList(text: string, code: number): boolean {
  try {
    return code === 200 && Array.isArray(JSON.parse(text).items);
  } catch {
    return false;
  }
}
