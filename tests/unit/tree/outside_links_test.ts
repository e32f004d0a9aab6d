import assert from "node:assert/strict";
import { outsideLinkNotes } from "../../../src/tree/outside_links.ts";
import type { Entry } from "../../../src/tree/walk.ts";

const link = (path: string, linkTarget: string): Entry => {
  return { path, kind: "symlink", sizeBytes: 0, mode: 0o777, mtimeSeconds: 0, linkTarget };
};

Deno.test("links that stay in the tree get no note", () => {
  assert.deepEqual(
    outsideLinkNotes([
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

Deno.test("links with an absolute target or out of the tree are listed with their targets", () => {
  assert.deepEqual(
    outsideLinkNotes([link("data", "/srv/data"), link("d/out", "../../x"), link("up", "..")]),
    [
      "data is sent as a link: its target is absolute, /srv/data",
      "d/out is sent as a link: it points out of the directory, to ../../x",
      "up is sent as a link: it points out of the directory, to ..",
    ],
  );
  assert.match(outsideLinkNotes([link("w", "C:\\data")])[0], /absolute/);
  // Back into the tree by the directory's own name, which may differ in the step.
  assert.match(outsideLinkNotes([link("a", "../project/b")])[0], /out of the directory/);
});

Deno.test("the first three links are listed, and the others counted", () => {
  const links = Array.from({ length: 5 }, (_, i) => link(`${i}`, "/"));
  assert.equal(outsideLinkNotes(links).length, 4);
  assert.equal(outsideLinkNotes(links).at(-1), "and 2 more such links");
  assert.equal(outsideLinkNotes(links.slice(0, 4)).at(-1), "and 1 more such link");
});
