/** That docs/security.md names tests that there are. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { TARGETS } from "../fuzz/targets.ts";

const ROOT = new URL("../../", import.meta.url);
/** As one line: names go over the ends of lines. */
const PAGE = readFileSync(new URL("docs/security.md", ROOT), "utf8").replaceAll(/\s+/g, " ");

/** `FILE`: "name", "name" */
const NAMED = /`(tests\/[^`]+)`: ("[^"]+"(?:, "[^"]+")*)/g;

Deno.test("each test that the threat model names is in the file that it names", () => {
  const named = [...PAGE.matchAll(NAMED)];
  assert.ok(named.length >= 10, `only ${named.length} are named`);
  for (const [, path, names] of named) {
    const text = readFileSync(new URL(path, ROOT), "utf8");
    for (const [, name] of names.matchAll(/"([^"]+)"/g)) {
      assert.ok(text.includes(name), `${path} has no test "${name}"`);
    }
  }
});

Deno.test("each file that it names is there", () => {
  const paths = [...PAGE.matchAll(/`((?:tests|scripts|docs)\/[^`]+)`/g)].map(([, path]) => path);
  const missing = paths.filter((path) => !existsSync(new URL(path, ROOT)));
  assert.deepEqual(missing, []);
});

Deno.test("it names each fuzz target, and no other", () => {
  const lists = [...PAGE.matchAll(/Fuzz targets? ([^.;]+)[.;]/g)].map(([, list]) => list);
  const named = lists.flatMap((list) => [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual([...new Set(named)].sort(), TARGETS.map(({ name }) => name).sort());
});
