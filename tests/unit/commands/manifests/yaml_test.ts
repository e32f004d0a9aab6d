import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { renderRun } from "../../../../src/commands/manifests/render_run.ts";
import {
  parseDocuments,
  parseYamlDocuments,
  toYaml,
} from "../../../../src/commands/manifests/yaml.ts";
import { refusal } from "../../../support/refusal.ts";

// The values are those of Tekton 1.9's decoder, observed in defaults of params.
Deno.test("YAML is parsed as Kubernetes parses it", () => {
  const [values] = parseDocuments("[yes, y, 1.10, 2020-01-01, 0644, 1:30, 'no', ~]");
  assert.deepEqual(values, [true, true, 1.1, "2020-01-01", 420, "1:30", "no", null]);
});

// The values are those that kubectl 1.34 prints by --dry-run=client -o json.
Deno.test("numbers are those of Kubernetes", () => {
  const numbers = {
    "0o10": 8,
    "0O10": 8,
    "0o7_7": 63,
    "-0o7": -7,
    "-0B1": -1,
    "0b_1": 1,
    "0x_1F": 31,
    "-010": -8,
    "08": 8,
    "1_": 1,
    "1e1_0": 1e10,
    "1.e3": 1000,
    "-.5": -0.5,
    "99999999999999999999": 1e20,
  };
  for (const [text, number] of Object.entries(numbers)) {
    assert.deepEqual(parseDocuments(`v: ${text}`), [{ v: number }], text);
    assert.deepEqual(parseDocuments(toYaml({ v: text, [text]: 1 })), [{ v: text, [text]: 1 }]);
  }
  const texts = [
    "0o8",
    "0b12",
    "0x",
    ".",
    "+",
    "1e400",
    "0x1p4",
    "0x1ffffffffffffffff",
    "-0xffffffffffffffff",
    "1.2.3",
  ];
  for (const text of texts) assert.deepEqual(parseDocuments(`v: ${text}`), [{ v: text }]);
});

Deno.test("a value that JSON does not have is an error", () => {
  for (const text of [".inf", "-.Inf", ".nan", "[.NAN]", "!!float .inf"]) {
    assert.throws(() => parseDocuments(`v: ${text}`), /^Error: a value is \.inf or \.nan/);
  }
});

Deno.test("JSON is YAML, and a comment before the first document is no document", () => {
  assert.deepEqual(parseDocuments('{"a": ["b"]}'), [{ a: ["b"] }]);
  assert.deepEqual(parseDocuments("# c\n---\na: 1\n---\nb: 2\n"), [{ a: 1 }, { b: 2 }]);
  assert.deepEqual(parseDocuments(""), []);
});

Deno.test("text that YAML 1.1 reads as another value is quoted, for kubectl", () => {
  const texts = "yes Y off 0644 1_000 0b11 -0B1 0o7_7 1:30 2026-01-02 2026-1-2t3:04:05Z ~ << = .inf"
    .split(" ");
  texts.push("2026-01-02 03:04:05 -5");
  const values = { texts, script: "#!/bin/sh\necho yes\n", plain: "localhost/busybox:1" };
  const text = toYaml(values);
  assert.deepEqual(parseDocuments(text), [values]);
  for (const one of texts) assert.ok(text.includes(`- "${one}"\n`), `${one} in ${text}`);
  assert.ok(text.endsWith("script: |\n  #!/bin/sh\n  echo yes\nplain: localhost/busybox:1\n"));
});

Deno.test("files of editors on Windows are read: a byte order mark and CRLF", () => {
  assert.deepEqual(parseDocuments("\ufeffa: |\r\n  x\r\n  y\r\nb: c\r\n"), [{
    a: "x\ny\n",
    b: "c",
  }]);
});

Deno.test("a merge key is followed, and a key that is there twice is an error", () => {
  assert.deepEqual(parseDocuments("a: { <<: { b: 1 }, c: 2 }"), [{ a: { b: 1, c: 2 } }]);
  assert.throws(() => parseDocuments("a: 1\na: 2\n"), /keys must be unique at line 2/);
});

Deno.test("a YAML error has the place in its first line", () => {
  assert.throws(() => parseDocuments("a: 1\n b: [\n"), /^YAMLParseError: .*line \d/);
});

Deno.test("a name in a sentence about a run cannot add a line to the YAML", () => {
  const run = { kind: "TaskRun", metadata: { name: "r" } };
  const text = renderRun(run, "yaml", ["Holds at x\nkind: Secret"]);
  assert.equal(text, "# Holds at x\\nkind: Secret\nkind: TaskRun\nmetadata:\n  name: r\n");
});

Deno.test("an error of the library is one line, without the colon before a copy of the text", () => {
  assert.equal(
    refusal(() => parseYamlDocuments("a: 1\nb: 1\nb: 2\n", "v.yaml")),
    'Cannot read "v.yaml": Map keys must be unique at line 3, column 1',
  );
});

Deno.test("an alias is its value, and a cyclic alias is an error", () => {
  assert.deepEqual(parseDocuments("a: &x [1]\nb: *x\n"), [{ a: [1], b: [1] }]);
  assert.throws(() => parseDocuments("a: &x { b: [*x] }\n"), /^Error: an alias stands in what/);
  assert.match(
    refusal(() => parseYamlDocuments("&x [*x]", "v.yaml")),
    /^Cannot read "v\.yaml": an alias/,
  );
});

Deno.test("keys are strings, as in JSON", () => {
  assert.deepEqual(parseDocuments("1: a\nyes: b\n"), [{ "1": "a", yes: "b" }]);
  assert.throws(() => parseDocuments("? [a]\n: b\n"), /keys must be strings/);
});
