import assert from "node:assert/strict";
import { fillLike } from "../../../../src/tekton/script/edit_script.ts";
import { type Variables, variablesOf } from "../../../../src/tekton/variables.ts";
import { Random } from "../../../support/random.ts";

const KNOWN = variablesOf([{ name: "revision", value: "main" }, {
  name: "list",
  value: ["a", "b"],
}]);

function text(template: string, filled: string, edited: string, known: Variables = KNOWN): string {
  const { text, unknown } = fillLike(template, filled, edited, known)!;
  assert.deepEqual(unknown, []);
  return text;
}

Deno.test("an edited template is filled with the run's known values", () => {
  assert.equal(
    text(
      "git checkout $(params.revision)\n",
      "git checkout main\n",
      "git pull $(params.revision)\n",
    ),
    "git pull main\n",
  );
  assert.equal(text("true\n", "true\n", "echo $(params.list[1])\n"), "echo b\n");
});

Deno.test("values that only the run knows are read from the text that Tekton made", () => {
  const template = "cd $(workspaces.source.path)\nmake > $(results.log.path)\n";
  const filled = "cd /workspace/source\nmake > /tekton/results/log\n";
  assert.equal(
    text(template, filled, "ls $(workspaces.source.path) | tee $(results.log.path)\n"),
    "ls /workspace/source | tee /tekton/results/log\n",
  );
});

Deno.test("values in the text win over known values", () => {
  assert.equal(text("a $(params.revision)!", "a dev!", "b $(params.revision)!"), "b dev!");
});

Deno.test("a text that the template can't give is refused", () => {
  const misfits: [template: string, filled: string][] = [
    ["echo $(params.x)\n", "print main\n"],
    ["$(params.x) and $(params.x)", "a and b"],
    ["$(params.x)$(params.x)", "abc"],
    ["a", "ab"],
    ["a$(params.x)", ""],
  ];
  for (const [template, filled] of misfits) {
    assert.equal(fillLike(template, filled, "x", KNOWN), undefined, template);
  }
});

Deno.test("an unknown variable stays and is named; a shell's variable stays", () => {
  assert.deepEqual(
    fillLike("x\n", "x\n", "$(params.y) $(date) $(results.r.path) $(params.y)\n", KNOWN),
    {
      text: "$(params.y) $(date) $(results.r.path) $(params.y)\n",
      unknown: ["$(params.y)", "$(results.r.path)"],
    },
  );
});

Deno.test("a variable that Tekton left stays and is not named", () => {
  const template = "echo $(tasks.a.results.b) $(params.x)\n";
  assert.equal(
    text(template, "echo $(tasks.a.results.b) 1\n", "echo 2 $(tasks.a.results.b)\n"),
    "echo 2 $(tasks.a.results.b)\n",
  );
});

Deno.test("a variable has one value in all its spellings", () => {
  assert.equal(
    text("$(params.x).", "1.", `$(params["x"]) $(params['x']) $(inputs.params.x)`),
    "1 1 1",
  );
  assert.equal(text(`$(params["x"]).`, "1.", "$(params.x)"), "1");
  assert.equal(text(`$(results['r'].path).`, "/r.", "$(results.r.path)"), "/r");
  // A dot in a name does not separate an object from its key.
  assert.deepEqual(fillLike(`$(params["a.b"]).`, "1.", "$(params.a.b) $(params['a.b'])"), {
    text: "$(params.a.b) 1",
    unknown: ["$(params.a.b)"],
  });
});

Deno.test("a value that fits in two ways is not guessed, its whole piece is known", () => {
  const [template, filled] = ["echo $(params.a) $(params.b)!\n", "echo x y z!\n"];
  assert.deepEqual(fillLike(template, filled, "say $(params.a) $(params.b), $(params.b)\n"), {
    text: "say x y z, $(params.b)\n",
    unknown: ["$(params.b)"],
  });
  // Another place in the text, or a known value, decides it.
  const more = `${template}: $(params.b)\n`;
  assert.equal(text(more, `${filled}: z\n`, "$(params.a)\n"), "x y\n");
  const known = variablesOf([{ name: "a", value: "x" }]);
  assert.equal(text(template, filled, "$(params.b)\n", known), "y z\n");
  // A known value that contradicts the text does not.
  const wrong = variablesOf([{ name: "a", value: "q" }]);
  assert.deepEqual(fillLike(template, filled, "$(params.a)\n", wrong)?.unknown, ["$(params.a)"]);
});

Deno.test("a known value that contains a variable is not used", () => {
  const known = variablesOf([{ name: "a", value: "$(context.taskRun.name)" }]);
  assert.equal(
    text("echo $(params.a)\n", "echo run-1\n", "say $(params.a)\n", known),
    "say run-1\n",
  );
});

Deno.test("a script without an interpreter gets Tekton's preamble, and one with an interpreter does not", () => {
  const [template, filled] = ["echo $(params.x)\n", "#!/bin/sh\nset -e\necho 1\n"];
  assert.equal(text(template, filled, "say $(params.x)\n"), "#!/bin/sh\nset -e\nsay 1\n");
  assert.equal(text(template, filled, "#!/bin/bash\nsay\n"), "#!/bin/bash\nsay\n");
  assert.equal(
    text("#!/bin/bash\nmake\n", "#!/bin/bash\nmake\n", "make\n"),
    "#!/bin/sh\nset -e\nmake\n",
  );
  assert.equal(text("make", "make", "make all"), "make all");
  assert.equal(text("$(params.x)\nmake\n", "#!/bin/ksh\nmake\n", "$(params.x)\n"), "#!/bin/ksh\n");
});

Deno.test("a final newline that was added belongs to no value, and is added again", () => {
  assert.equal(text("echo $(params.x)", "echo 1\n", "say $(params.x)!"), "say 1!\n");
  assert.equal(text("echo $(params.x)", "echo 1\n", "say $(params.x)!\n"), "say 1!\n");
  assert.equal(text("echo $(params.x)", "echo 1", "say $(params.x)"), "say 1");
  assert.equal(text("", "#!/bin/sh\nset -e\n", "true"), "#!/bin/sh\nset -e\ntrue\n");
});

Deno.test("a template that can't fit is refused: trying every split would never end", () => {
  const names = Array.from({ length: 20 }, (_, at) => `$(params.v${at})`);
  const template = `${names.join("")}|${names.toReversed().join("")}`;
  assert.equal(fillLike(template, `${"a".repeat(300)}|${"b".repeat(300)}`, ""), undefined);
});

const LITERALS = [
  "echo ",
  "\n",
  " ",
  "x",
  "a b",
  "$(date)",
  "$",
  "$(",
  ")",
  "(params.a)",
  "é",
  "'",
];
const NAMES = [
  "params.a",
  "params.b",
  "workspaces.source.path",
  "results.out.path",
  "context.task.name",
];
const VALUES = ["", "x", "a b", "main", " ", "x\ny", "/workspace/source", "$$", "$&", "(", "é"]
  .concat("$(params.a)", "$(params.b) x");

/** `$(params.a)` or `$(params["a"])`. */
function reference(random: Random, name: string): string {
  const spelling = random.next() < 0.3 ? name.replace(/^params\.(.*)/, 'params["$1"]') : name;
  return `$(${spelling})`;
}

function script(random: Random): string {
  return Array.from(
    { length: random.below(12) },
    () => random.next() < 0.4 ? reference(random, random.pick(NAMES)) : random.pick(LITERALS),
  ).join("");
}

/** Fills in values as Tekton does, in one pass from the left. */
function filledWith(script: string, values: Variables): string {
  return script.replace(/\$\(([^$()]+)\)/g, (found, name) => {
    const value = values.get(name.replace(/\["(.*)"\]/, ".$1"));
    return typeof value === "string" ? value : found;
  });
}

Deno.test("on random scripts, an unchanged template gives the same text, and no value is invented", () => {
  for (let seed = 1; seed <= 4000; seed++) {
    const random = new Random(seed);
    const values = new Map(NAMES.map((name) => [name, random.pick(VALUES)]));
    const known = new Map(random.some([...values], 3));
    // The semicolon separates a final newline from the last value.
    const [template, edited] = [`${script(random)};`, script(random)];
    const ending = random.pick(["", "\n"]);
    const before = random.pick(["", "#!/bin/sh\nset -e\n"]);
    const filled = `${before}${filledWith(template, values)}${ending}`;
    const what = JSON.stringify({ seed, template, filled, edited, known: [...known] });
    assert.deepEqual(fillLike(template, filled, template, known)?.text, filled, what);
    const result = fillLike(template, filled, edited, known);
    assert.ok(result !== undefined, what);
    assert.match(result.text, expectation(before + edited, result.unknown, values), what);
  }
});

/**
 * Matches a script with every reference replaced by its value; an unknown one may also stay. A
 * newline may follow.
 */
function expectation(script: string, unknown: readonly string[], values: Variables): RegExp {
  const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const parts = script.split(/(\$\([a-z]+[.[][^$()]+\))/).map((part) => {
    const value = literally(filledWith(part, values));
    return unknown.includes(part) ? `(?:${value}|${literally(part)})` : value;
  });
  return new RegExp(`^${parts.join("")}\\n?$`);
}
