import assert from "node:assert/strict";
import { jobsOf } from "../../../scripts/test_side_by_side/jobs.ts";

Deno.test("each file is a job, the longest file first", () => {
  const files = [{ path: "b", text: "short" }, { path: "a", text: "short" }, {
    path: "c",
    text: "longer",
  }];
  assert.deepEqual(jobsOf(files), [
    { path: "c", args: [] },
    { path: "a", args: [] },
    { path: "b", args: [] },
  ]);
});

Deno.test("a file with shards is one job per shard, before all others", () => {
  const files = [
    { path: "long", text: "a much longer text than the other one" },
    { path: "sharded", text: "/** Why. */\n// shards: 2\n" },
  ];
  assert.deepEqual(jobsOf(files), [
    { path: "sharded", args: ["--", "--shard=1/2"] },
    { path: "sharded", args: ["--", "--shard=2/2"] },
    { path: "long", args: [] },
  ]);
});
