import assert from "node:assert/strict";
import type { HeldFacts } from "../../../src/tekton/breakpoint/held_facts.ts";
import { renderHeld } from "../../../src/view/held_view.ts";

const FACTS: HeldFacts = {
  place: "build/compile",
  how: "after its work failed with exit code 3",
  pod: "p-run-build-pod",
  container: "step-compile",
  image: "golang:1.25",
  workspaces: [
    { name: "source", path: "/workspace/source", bound: "claim pvc" },
    { name: "keys", path: "/keys", bound: "secret s", whyReadOnly: "it is a secret" },
  ],
  params: [{ name: "revision", value: "main" }, { name: "flags", value: ["-v", "a b"] }],
  said: ["compiling", "\x1b[31mno such file\x1b[0m"],
};

Deno.test("the screen shows where the run is held, in a column", () => {
  assert.equal(
    renderHeld(FACTS, 100),
    `Step:       build/compile, held after its work failed with exit code 3
Pod:        p-run-build-pod, container step-compile
Image:      golang:1.25
Workspaces: source at /workspace/source (claim pvc)
            keys at /keys (secret s, read-only)
Params:     revision=main
            flags=["-v","a b"]
Log:        compiling
            no such file
`,
  );
});

Deno.test("empty facts have no row, and no line is wider than the terminal", () => {
  const text = renderHeld({ ...FACTS, workspaces: [], params: [], said: [] }, 30);
  assert.equal(
    text,
    "Step:       build/compile, he…\nPod:        p-run-build-pod, …\nImage:      golang:1.25\n",
  );
});

Deno.test("the first eight params are shown, and the number of the others", () => {
  const params = Array.from({ length: 11 }, (_, at) => ({ name: `p${at}`, value: "x\ny" }));
  const lines = renderHeld({ ...FACTS, params }, 80).split("\n");
  assert.equal(lines.filter((line) => /p\d+=x y$/.test(line)).length, 8);
  assert.ok(lines.includes("            and 3 more"));
});
