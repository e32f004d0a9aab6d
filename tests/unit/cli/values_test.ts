import assert from "node:assert/strict";
import {
  parseDuration,
  parseKeyValue,
  parseList,
  parseParamValue,
  parseTimeout,
  parseWorkspace,
} from "../../../src/cli/values.ts";
import { UsageError } from "../../../src/errors.ts";

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error}`);
    return error.message;
  }
  throw new Error("no error");
}

Deno.test("a key and its value are split at the first equals sign", () => {
  assert.deepEqual(parseKeyValue("a=b=c", "param"), { name: "a", value: "b=c" });
  assert.deepEqual(parseKeyValue("a=", "param"), { name: "a", value: "" });
});

Deno.test("a text without key and value is refused by the flag's name", () => {
  assert.equal(
    refusal(() => parseKeyValue("revision", "param")),
    'Cannot read --param "revision": it is not NAME=VALUE',
  );
  assert.match(refusal(() => parseKeyValue("=x", "result")), /^Cannot read --result "=x"/);
});

Deno.test("a string param is kept as it is", () => {
  assert.equal(parseParamValue(' a,"b":c ', "string"), ' a,"b":c ');
});

Deno.test("an array param is split at commas, and the empty text is the empty array", () => {
  assert.deepEqual(parseParamValue("a,b", "array"), ["a", "b"]);
  assert.deepEqual(parseParamValue("a", "array"), ["a"]);
  assert.deepEqual(parseParamValue("", "array"), []);
  assert.deepEqual(parseParamValue(",", "array"), ["", ""]);
  assert.deepEqual(parseParamValue("a,,b,", "array"), ["a", "", "b", ""]);
  assert.deepEqual(parseParamValue(" a, b", "array"), [" a", " b"]);
});

Deno.test("quotes around an array's element keep its commas", () => {
  assert.deepEqual(parseParamValue('a,"b,c",d', "array"), ["a", "b,c", "d"]);
  assert.deepEqual(parseParamValue('"say ""hi"", you",""', "array"), ['say "hi", you', ""]);
});

Deno.test("quotes that are not around a whole element are text", () => {
  assert.deepEqual(parseParamValue('a"b,c', "array"), ['a"b', "c"]);
  assert.deepEqual(parseParamValue('"a"b,c', "array"), ['"a"b', "c"]);
  assert.deepEqual(parseParamValue('"a,b', "array"), ['"a', "b"]);
});

Deno.test("an object param is pairs of key and value, split at the first colon", () => {
  assert.deepEqual(parseParamValue("url:https://x, rev : 1", "object"), {
    url: "https://x",
    rev: "1",
  });
  assert.deepEqual(parseParamValue('"k:a,b",l:', "object"), { k: "a,b", l: "" });
  assert.match(refusal(() => parseParamValue("a:b,c", "object")), /"c": an object needs key:value/);
});

Deno.test("an array and an object may be JSON, whose values are strings", () => {
  assert.deepEqual(parseParamValue('["a", "b,c"]', "array"), ["a", "b,c"]);
  assert.deepEqual(parseParamValue(" [] ", "array"), []);
  assert.deepEqual(parseParamValue('{"a":"x:y","b":""}', "object"), { a: "x:y", b: "" });
  assert.deepEqual(parseParamValue("{}", "object"), {});
  assert.equal(parseParamValue('["a"]', "string"), '["a"]');
  const words = "Cannot read --param value 1.1: in JSON each value has to be a string";
  assert.equal(refusal(() => parseParamValue("[1.10]", "array")), words);
  for (const other of ["null", "{}", '["x"]', "true"]) {
    assert.match(refusal(() => parseParamValue(`{"a":${other}}`, "object")), /has to be a string$/);
  }
});

Deno.test("a text that is not JSON is parsed as tkn does", () => {
  assert.deepEqual(parseParamValue("[a,b]", "array"), ["[a", "b]"]);
  assert.deepEqual(parseParamValue('["a",', "array"), ['["a"', ""]);
  assert.deepEqual(parseParamValue("{a:x}", "object"), { "{a": "x}" });
  assert.deepEqual(parseParamValue('{"a":"x"}', "array"), ['{"a":"x"}']);
});

Deno.test("each form of a workspace becomes the API's fields", () => {
  assert.deepEqual(parseWorkspace("name=x,claimName=pvc,subPath=a/b"), {
    name: "x",
    subPath: "a/b",
    persistentVolumeClaim: { claimName: "pvc" },
  });
  assert.deepEqual(parseWorkspace("emptyDir=,name=x"), { name: "x", emptyDir: {} });
  assert.deepEqual(parseWorkspace("name=x,emptyDir=Memory"), {
    name: "x",
    emptyDir: { medium: "Memory" },
  });
  assert.deepEqual(parseWorkspace("name=x,config=cm"), { name: "x", configMap: { name: "cm" } });
  assert.deepEqual(parseWorkspace("name=x,config=cm,item=a=b=c,item=d=e"), {
    name: "x",
    configMap: { name: "cm", items: [{ key: "a", path: "b=c" }, { key: "d", path: "e" }] },
  });
  assert.deepEqual(parseWorkspace("name=x,secret=s,item=key=path"), {
    name: "x",
    secret: { secretName: "s", items: [{ key: "key", path: "path" }] },
  });
  const claim = (accessMode: string, storage: string, rest = {}) => ({
    spec: { accessModes: [accessMode], ...rest, resources: { requests: { storage } } },
  });
  assert.deepEqual(parseWorkspace("name=x,volume=2Gi"), {
    name: "x",
    volumeClaimTemplate: claim("ReadWriteOnce", "2Gi"),
  });
  assert.deepEqual(
    parseWorkspace("name=x,volume=500M,storageClass=fast,accessMode=RWX,subPath=a"),
    {
      name: "x",
      subPath: "a",
      volumeClaimTemplate: claim("ReadWriteMany", "500M", { storageClassName: "fast" }),
    },
  );
  assert.deepEqual(parseWorkspace("name=x,volumeClaimTemplateFile=f.yaml"), {
    name: "x",
    volumeClaimTemplateFile: "f.yaml",
  });
});

Deno.test("emptyDir takes its value in quotes, and csiFile is a source", () => {
  assert.deepEqual(parseWorkspace('name=x,emptyDir=""'), { name: "x", emptyDir: {} });
  assert.deepEqual(parseWorkspace('name=x,emptyDir="Memory"'), {
    name: "x",
    emptyDir: { medium: "Memory" },
  });
  assert.deepEqual(parseWorkspace("csiFile=c.yaml,subPath=a,name=x"), {
    name: "x",
    subPath: "a",
    csiFile: "c.yaml",
  });
});

Deno.test("a workspace may end in a comma, as tkn's may", () => {
  assert.deepEqual(
    parseWorkspace("name=x,,claimName=pvc,"),
    parseWorkspace("name=x,claimName=pvc"),
  );
});

const REFUSED: [text: string, state: RegExp][] = [
  ["claimName=pvc", /name=NAME is missing/],
  ["name=,claimName=pvc", /name=NAME is missing/],
  ["name=x", /it needs one of claimName, emptyDir, config, secret, volumeClaimTemplateFile/],
  ["name=x,volume=2GB", /volume is a size like 500Mi or 2Gi, not "2GB"/],
  ["name=x,volume=0", /volume is a size/],
  ["name=x,volume=1Gi,accessMode=ReadOnlyMany", /accessMode is one of ReadWriteOnce, /],
  ["name=x,claimName=a,storageClass=b", /storageClass goes with volume only/],
  ["name=x,volume=1Gi,claimName=a", /claimName and volume exclude each other/],
  ["name=x,config=a,secret=b", /config and secret exclude each other/],
  ["name=x,claimname=pvc", /no key "claimname"/],
  ["name=x,emptyDir", /"emptyDir" is not key=value/],
  ["name=x,emptyDir=Disk", /emptyDir is nothing, Memory or HugePages, not "Disk"/],
  ["name=x,claimName=", /claimName is empty/],
  ["name=x,secret=s,item=key", /"item=key" is not item=key=path/],
  ["name=x,claimName=pvc,item=a=b", /item goes with config or secret only/],
  ["name=x,name=y,emptyDir=", /name is there twice/],
];

for (const [text, state] of REFUSED) {
  Deno.test(`the workspace ${text} is refused`, () => {
    const message = refusal(() => parseWorkspace(text));
    assert.ok(message.startsWith(`Cannot read --workspace "${text}": `), message);
    assert.match(message, state);
  });
}

Deno.test("durations of Go become whole seconds", () => {
  const seconds = (text: string) => parseDuration(text, "pause-timeout");
  assert.deepEqual(["90s", "10m", "1h30m", "1.5m", "1500ms"].map(seconds), [90, 600, 5400, 90, 2]);
  for (const text of ["", "10", "0s", "-1m", "1d", "m", "1m 2s", "ten"]) {
    assert.match(refusal(() => seconds(text)), /^Cannot read --pause-timeout "/);
  }
});

Deno.test("a timeout is written as Go writes it, and 0 is no limit", () => {
  for (
    const [text, written] of [
      ["1h30m", "1h30m0s"],
      ["90s", "1m30s"],
      ["1.5h", "1h30m0s"],
      ["45m", "45m0s"],
      ["0", "0s"],
      ["0s", "0s"],
      ["-0", "0s"],
      ["1500ms", "1.5s"],
      ["250us", "0.00025s"],
      ["100h", "100h0m0s"],
    ]
  ) assert.equal(parseTimeout(text, "timeout"), written, text);
  for (const text of ["", "10", "-1h", "1d", "1h 30m", "h"]) {
    assert.equal(
      refusal(() => parseTimeout(text, "pipeline-timeout")),
      `Cannot read --pipeline-timeout "${text}": it is not a duration`,
    );
  }
});

Deno.test("a list is split at commas as CSV, where quotes keep them", () => {
  for (
    const [text, fields] of [
      ["a=b", ["a=b"]],
      ["a=b,c=d", ["a=b", "c=d"]],
      ['"a=b,c",d=e', ["a=b,c", "d=e"]],
      ['"say ""hi""=x"', ['say "hi"=x']],
      ["", []],
      ["a,", ["a", ""]],
    ] as const
  ) assert.deepEqual(parseList(text, "labels"), fields, text);
  for (const text of ['a="b"', '"a', '"a"b']) {
    assert.match(refusal(() => parseList(text, "labels")), /its quotes are not those of CSV/);
  }
});

Deno.test("a duration that is longer than Go's is refused", () => {
  assert.equal(parseDuration("2562047h", "pause-timeout"), 9_223_369_200);
  for (const text of ["2562048h", "99999999999999999999h", `${"9".repeat(400)}h`]) {
    assert.match(
      refusal(() => parseDuration(text, "pause-timeout")),
      /: it is longer than 292 years$/,
    );
  }
});
