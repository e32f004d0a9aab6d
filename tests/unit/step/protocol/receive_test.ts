import assert from "node:assert/strict";
import { readLock, readProgramExit, readReceipt } from "../../../../src/step/protocol/receive.ts";

Deno.test("a lock that was taken has no holder", () => {
  assert.equal(readLock(""), undefined);
});

Deno.test("the holder of a lock is read with its run", () => {
  assert.deepEqual(readLock("locked k3j2h1a0x9 done 12 PipelineRun/greet-x7k2p\n"), {
    upload: "k3j2h1a0x9",
    state: "done",
    beat: "12",
    run: { kind: "PipelineRun", name: "greet-x7k2p" },
  });
});

Deno.test("unexpected values in a lock count as unknown", () => {
  const cases: [string, string][] = [
    ["locked - - 0 ", "nothing is written there"],
    ["locked ../../etc evil 1 Secret/x", "a path, another state, another kind"],
    ["locked upload writing 1 PipelineRun/../x", "an id of another length, an invalid name"],
    [`locked ${"a".repeat(5000)}`, "no end"],
  ];
  for (const [line, what] of cases) {
    const { upload, state, run } = readLock(`${line}\n`)!;
    assert.deepEqual([upload, state, run], ["-", "writing", undefined], what);
  }
});

Deno.test("a receipt is read once its line is complete", () => {
  const digest = "0".repeat(64);
  assert.equal(readReceipt(`receipt 2 7 ${digest}`), undefined);
  assert.deepEqual(readReceipt(`receipt 2 7 ${digest}\n`), { files: 2, bytes: 7, digest });
  assert.equal(readReceipt("receipt 2 7 -\n")?.digest, "-");
  for (
    const bad of ["receipt 1e9 7 -\n", "receipt 2 7 abc\n", "receipt 2 7\n", "a receipt 1 1 -\n"]
  ) {
    assert.equal(readReceipt(bad), undefined, bad);
  }
});

Deno.test("the exit code of the program that unpacks is read", () => {
  assert.equal(readProgramExit("program-exit 2\nover\n"), 2);
  assert.equal(readProgramExit("program-exit x\n"), undefined);
});
