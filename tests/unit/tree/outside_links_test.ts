import assert from "node:assert/strict";
import { farLinkNotes } from "../../../src/tree/outside_links.ts";
import type { Entry } from "../../../src/tree/walk.ts";

const link = (path: string, linkTarget: string): Entry => {
  return { path, kind: "symlink", sizeBytes: 0, mode: 0o777, mtimeSeconds: 0, linkTarget };
};

Deno.test("links that stay in the tree need no word", () => {
  assert.deepEqual(
    farLinkNotes([
      link("a", "b"),
      link("d/up", ".."),
      link("d/e/up", "../../a"),
      link("d/round", "../d/./f//g"),
      link("dangling", "..."),
      link("empty", ""),
      { path: "f", kind: "file", sizeBytes: 0, mode: 0o644, mtimeSeconds: 0 },
    ]),
    [],
  );
});

Deno.test("a link with an absolute target and one out of the tree are named, with where they lead", () => {
  assert.deepEqual(
    farLinkNotes([link("data", "/srv/data"), link("d/out", "../../x"), link("up", "..")]),
    [
      "data is sent as the link that it is: its target is absolute, /srv/data",
      "d/out is sent as the link that it is: it leads out of the directory, to ../../x",
      "up is sent as the link that it is: it leads out of the directory, to ..",
    ],
  );
  assert.match(farLinkNotes([link("w", "C:\\data")])[0], /absolute/);
  // Back in by the directory's own name, which it has here alone.
  assert.match(farLinkNotes([link("a", "../project/b")])[0], /out of the directory/);
});

Deno.test("a few of them are named, and the others counted", () => {
  const links = Array.from({ length: 5 }, (_, i) => link(`${i}`, "/"));
  assert.equal(farLinkNotes(links).length, 4);
  assert.equal(farLinkNotes(links).at(-1), "and 2 more such links");
  assert.equal(farLinkNotes(links.slice(0, 4)).at(-1), "and 1 more such link");
});
