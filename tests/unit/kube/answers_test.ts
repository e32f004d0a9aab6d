import assert from "node:assert/strict";
import {
  AnswerError,
  BrokenAnswer,
  parseDenied,
  parseExecStatus,
  parseList,
  parseObject,
  parseStatus,
  parseWatchEvent,
} from "../../../src/kube/answers.ts";
import { PODS } from "../../../src/kube/interface.ts";
import type { Shape } from "../../../src/shape.ts";
import { PIPELINE_RUNS, TASK_RUNS } from "../../../src/tekton/model.ts";

const METADATA = '{"name":"a","namespace":"n","uid":"u"}';

/** JSON that is not an object that Kubernetes could have sent. */
const LIES = [
  "null",
  "[]",
  "5",
  '"text"',
  "true",
  "{}",
  '{"metadata":null}',
  '{"metadata":[]}',
  '{"metadata":"m"}',
  '{"metadata":{}}',
  '{"metadata":{"name":5}}',
  '{"metadata":{"name":null}}',
  '{"metadata":{"name":"a","namespace":"n"}}',
  '{"metadata":{"name":"a","uid":"u"}}',
  '{"metadata":{"name":"a","namespace":"n","uid":{}}}',
  ...[
    '{"metadata":METADATA,"resourceVersion":7}}',
    '{"metadata":METADATA,"labels":[]}}',
    '{"metadata":METADATA,"labels":{"x":1}}}',
    '{"metadata":METADATA,"annotations":"x"}}',
    '{"metadata":METADATA},"spec":[]}',
    '{"metadata":METADATA},"status":"Running"}',
    '{"metadata":METADATA},"status":{"conditions":{}}}',
    '{"metadata":METADATA},"status":{"conditions":[null]}}',
    '{"metadata":METADATA},"status":{"conditions":[{"type":[]}]}}',
  ].map((text) => text.replace("METADATA", METADATA.slice(0, -1))),
];

const SHAPED = { shape: { status: { conditions: [{ type: "text" }] } } as Shape };

/** By those words, or by these and the place that is wrong. */
function assertRefused(parse: () => unknown, what: string, about: string): void {
  assert.throws(parse, (error) => {
    return error instanceof AnswerError &&
      (error.what === what || error.what.startsWith(`${what}: `));
  }, about);
}

Deno.test("an answer that is not an object is refused as such", () => {
  for (const text of [...LIES, "<html></html>", "no", "{]}"]) {
    assertRefused(() => parseObject(text, SHAPED), "not an object", text);
  }
});

Deno.test("an answer that is not a list is refused as such", () => {
  const lists = [
    ...LIES.map((text) => `{"items":[${text}],"metadata":{}}`),
    ...LIES.filter((text) => text.startsWith("{")),
    '{"items":{}}',
    '{"items":"x"}',
    '{"items":[],"metadata":{"resourceVersion":5}}',
    "null",
    "[]",
    "5",
    "<html>",
  ];
  for (const text of lists) {
    assertRefused(() => parseList(text, SHAPED), "not a list", text);
  }
});

Deno.test("a line that is not a watch event is refused as such", () => {
  const lines = [
    ...LIES,
    ...LIES.map((text) => `{"type":"ADDED","object":${text}}`),
    '{"type":5,"object":{"metadata":{"name":"a"}}}',
    '{"type":"__proto__","object":{"metadata":{"name":"a"}}}',
    '{"type":"ADDED","obj',
  ];
  for (const line of lines) {
    assertRefused(() => parseWatchEvent(line, SHAPED), "not a watch event", line);
  }
});

Deno.test("text that breaks off is an answer that was cut", () => {
  for (const text of ["", " ", "{", '{"metadata":{"name":"a"', '{"items":[{']) {
    assert.throws(() => parseObject(text, {}), BrokenAnswer, text);
  }
});

Deno.test("the error names the field with another shape", () => {
  const text = `{"metadata":${METADATA},"status":{"conditions":[{"type":[]}]}}`;
  const error = new AnswerError("not an object: status.conditions[0].type is not a string");
  assert.throws(() => parseObject(text, SHAPED), error);
});

Deno.test("fields that are null count as absent", () => {
  const nulls = METADATA.replace("}", ',"creationTimestamp":null,"labels":null}');
  const text = `{"metadata":${nulls},"spec":null}`;
  const metadata = { name: "a", namespace: "n", uid: "u" };
  assert.deepEqual(parseObject(text, SHAPED), { metadata });
  const items = `{"items":[${text}]}`;
  assert.deepEqual(parseList(items, SHAPED).items, [{ metadata }]);
});

Deno.test("a valid answer is returned unchanged, with its unchecked fields", () => {
  const object = {
    apiVersion: "v1",
    metadata: { name: "a", namespace: "n", uid: "u", managedFields: [{}] },
    status: { conditions: [{ type: "Ready", extra: 1 }], more: [] },
    data: "x",
  };
  assert.deepEqual(parseObject(JSON.stringify(object), SHAPED), object);
  const list = { items: [object], metadata: { resourceVersion: "7" } };
  assert.deepEqual(parseList(JSON.stringify(list), SHAPED), {
    items: [object],
    resourceVersion: "7",
  });
  assert.deepEqual(parseList('{"items":null}', {}), { items: [], resourceVersion: "" });
  const event = { type: "MODIFIED", object };
  assert.deepEqual(parseWatchEvent(JSON.stringify(event), SHAPED), event);
});

Deno.test("a bookmark and an error need no complete object", () => {
  assert.deepEqual(
    parseWatchEvent('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}', {}),
    {
      type: "BOOKMARK",
      resourceVersion: "9",
    },
  );
  for (const object of ["null", "5", '{"metadata":5}', '{"metadata":{"resourceVersion":{}}}']) {
    const { type } = parseWatchEvent(`{"type":"BOOKMARK","object":${object}}`, {});
    assert.equal(type, "BOOKMARK");
    const error = parseWatchEvent(`{"type":"ERROR","object":${object}}`, {});
    assert.deepEqual(error, { type: "ERROR", status: {} });
  }
});

Deno.test("a Status body is read as such, any other body is the message, cut", () => {
  const body = { kind: "Status", message: "no", code: 403 };
  assert.deepEqual(parseStatus(JSON.stringify(body), 500), body);
  assert.equal(parseStatus('{"kind":"Status"}', 500).code, 500);
  assert.deepEqual(parseStatus(" <html>\n", 502), {
    status: "Failure",
    code: 502,
    message: "<html>",
  });
  assert.equal(parseStatus('{"kind":"Pod"}', 500).message, '{"kind":"Pod"}');
  assert.equal(parseStatus("x".repeat(9999), 502).message!.length, 500);
});

Deno.test("of a Status only what has the right type is kept", () => {
  const lie = {
    kind: "Status",
    status: 5,
    code: "403",
    message: ["no"],
    reason: {},
    details: { name: 5, causes: [null, 5, { reason: "ExitCode", message: 3 }], kind: "pods" },
  };
  assert.deepEqual(parseStatus(JSON.stringify(lie), 500), {
    kind: "Status",
    code: 500,
    details: { kind: "pods", causes: [{ reason: "ExitCode" }] },
  });
  for (const text of ["null", "[]", "5", '"x"', "{}"]) {
    assert.deepEqual(parseStatus(text, 502), { status: "Failure", code: 502, message: text });
  }
  for (const details of [null, [], "x", { causes: {} }, { causes: "x" }]) {
    const { code } = parseStatus(JSON.stringify({ kind: "Status", details }), 404);
    assert.equal(code, 404);
  }
});

Deno.test("a result that is not a Status is the message, cut to its limit", () => {
  for (const text of ["null", "[]", "5", "{}", '{"status":"Maybe"}', '{"status":{}}', "no JSON"]) {
    assert.deepEqual(parseExecStatus(` ${text}\n`), { status: "Failure", message: text });
  }
  assert.equal(parseExecStatus("x".repeat(9999)).message!.length, 500);
  assert.deepEqual(parseExecStatus('{"status":"Success","metadata":{}}'), { status: "Success" });
});

Deno.test("only a plain no denies a right", () => {
  assert.equal(parseDenied('{"status":{"allowed":false}}'), true);
  const others = ["null", "[]", "{}", "no", '{"status":null}', '{"status":{"allowed":"false"}}'];
  for (const text of others) assert.equal(parseDenied(text), false);
});

Deno.test("a Pod and a run of another shape are refused, whatever of it lies", () => {
  const metadata = '"metadata":{"name":"a"}';
  const pods = [
    '"spec":{"containers":{}}',
    '"spec":{"containers":[{}]}',
    '"spec":{"containers":[{"name":5}]}',
    '"spec":{"containers":[{"name":"c","args":[5]}]}',
    '"spec":{"containers":[{"name":"c","args":"x"}]}',
    '"spec":{"containers":[{"name":"c","volumeMounts":[{"name":"v"}]}]}',
    '"status":{"phase":[]}',
    '"status":{"containerStatuses":[{"name":"c","state":"running"}]}',
    '"status":{"containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":"0"}}}]}',
  ];
  for (const lie of pods) {
    assert.throws(() => parseObject(`{${metadata},${lie}}`, PODS), AnswerError, lie);
  }
  const runs = [
    '"status":{"conditions":[{"status":"True"}]}',
    '"status":{"conditions":"True"}',
    '"status":{"startTime":5}',
  ];
  for (const resource of [TASK_RUNS, PIPELINE_RUNS]) {
    for (const lie of runs) {
      assert.throws(() => parseObject(`{${metadata},${lie}}`, resource), AnswerError, lie);
    }
  }
  const pipelineRun = '"status":{"pipelineSpec":{"tasks":[{"taskRef":{}}]}}';
  assert.throws(() => parseObject(`{${metadata},${pipelineRun}}`, PIPELINE_RUNS), AnswerError);
});
