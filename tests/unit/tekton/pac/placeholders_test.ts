import "../../../support/no_env.ts";
import assert from "node:assert/strict";
import { UsageError } from "../../../../src/errors.ts";
import { checkNoneOpen, unknownNames } from "../../../../src/tekton/pac/open_placeholders.ts";
import {
  fillPlaceholders,
  placeholderNames,
  protectPlaceholders,
} from "../../../../src/tekton/pac/placeholders.ts";
import { parseDocuments } from "../../../../src/commands/manifests/yaml.ts";
import { refusal } from "../../../support/refusal.ts";

Deno.test("known placeholders are filled in, with and without spaces; unknown ones stay", () => {
  const value = { a: ["{{ revision }}-{{revision}}", 1], b: "{{ other }} $(params.x)" };
  assert.deepEqual(fillPlaceholders(value, { revision: "$& abc" }), {
    a: ["$& abc-$& abc", 1],
    b: "{{ other }} $(params.x)",
  });
});

Deno.test("names of Object.prototype are not known", () => {
  assert.equal(fillPlaceholders("{{ constructor }}", {}), "{{ constructor }}");
});

Deno.test("an unquoted placeholder is text, also as a key and in a block", () => {
  const text = "value: {{ revision }}\n{{ repo_name }}: x\nscript: |\n  echo {{ sender }}\n";
  const { text: plain, restore } = protectPlaceholders(text);
  assert.deepEqual(restore(parseDocuments(plain)), [{
    value: "{{ revision }}",
    "{{ repo_name }}": "x",
    script: "echo {{ sender }}\n",
  }]);
});

Deno.test("a text with private characters is not changed", () => {
  const text = "a: '\ue0000\ue001 {{ revision }}'";
  assert.equal(protectPlaceholders(text).text, text);
});

Deno.test("open placeholders are listed with the flags that set them", () => {
  const run = { a: "{{ git_auth_secret }} {{ .Values.x }} {{ hash }}", b: "{{ body.x['y'] }}" };
  assert.equal(
    refusal(() => checkNoneOpen('Cannot start "app"', run), UsageError),
    `Cannot start "app": {{ git_auth_secret }}, {{ body.x['y'] }} have no values\n` +
      `-p git_auth_secret=VALUE -p 'body.x['\\''y'\\'']=VALUE'`,
  );
  checkNoneOpen("x", { a: "{{ .Values.x }} {{ hash }} {{range}}" });
});

Deno.test("other words may be params of a Repository", () => {
  assert.deepEqual(unknownNames("{{ company }} {{ revision }} {{ .Values.x }}"), ["company"]);
});

Deno.test("a long text of braces is read in linear time: in quadratic time this takes an hour", () => {
  const count = 4_000_000;
  assert.deepEqual(placeholderNames("{{".repeat(count)), []);
  assert.deepEqual(placeholderNames(`{{${" ".repeat(count)}`), []);
});
