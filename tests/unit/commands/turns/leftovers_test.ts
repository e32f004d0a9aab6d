import assert from "node:assert/strict";
import { Leftovers } from "../../../../src/commands/turns/leftovers.ts";
import type { RemoteListing } from "../../../../src/step/protocol/listing.ts";
import type { RemotePath } from "../../../../src/step/protocol/remote_path.ts";
import { planUpload } from "../../../../src/transfer/plan.ts";
import { entriesOf } from "./entries.ts";

/** "a out/" is a file and a directory. */
function listing(paths: string): RemoteListing {
  const entries = paths.split(" ").filter(Boolean).map((path) => {
    const isDirectory = path.endsWith("/");
    return [path.replace(/\/$/, "") as RemotePath, {
      kind: isDirectory ? "directory" : "file",
      sizeBytes: 1,
      mtimeSeconds: 1,
      ctimeSeconds: 1,
    }] as const;
  });
  return { entries: new Map(entries) } as unknown as RemoteListing;
}

/** The uploads of a watched step, whose directory the test describes. */
class Play {
  readonly #leftovers = new Leftovers();

  /** Uploads into a directory with these paths. Returns what the upload removes. */
  async upload(remote: string, local: string): Promise<string> {
    const [listed, entries] = [listing(remote), entriesOf(local)];
    this.#leftovers.onListed(listed);
    const { remove } = await planUpload({
      entries,
      listing: listed,
      digest: () => undefined,
      packed: new Map(),
      verified: new Set(),
      deletes: "auto",
      isLeft: this.#leftovers.isLeft,
    });
    this.#leftovers.sent(entries);
    return remove.join(" ");
  }

  worked(remote: string): void {
    this.#leftovers.worked(listing(remote));
  }
}

Deno.test("what the work made is removed before the next turn, what was there stays", async () => {
  const play = new Play();
  assert.equal(await play.upload("cache/ cache/x", "a"), "");
  play.worked("cache/ cache/x cache/new a out/ out/b");
  assert.equal(await play.upload("cache/ cache/x cache/new a out/ out/b", "a"), "cache/new out");
  play.worked("cache/ cache/x a out/ out/c");
  assert.equal(await play.upload("cache/ cache/x a out/ out/c", "a"), "out");
});

Deno.test("a turn that was cut short is cleaned up, too", async () => {
  const play = new Play();
  await play.upload("", "a");
  assert.equal(await play.upload("a half", "a"), "half");
});

Deno.test("what the user makes after the work stays", async () => {
  const play = new Play();
  await play.upload("", "a");
  play.worked("a made");
  play.worked("a made mine");
  assert.equal(await play.upload("a made mine", "a"), "made");
  play.worked("a mine");
  assert.equal(await play.upload("a mine", "a"), "");
});

Deno.test("a path of the tree stays, and what the work made beside it in its directory goes", async () => {
  const play = new Play();
  await play.upload("", "a");
  play.worked("a out/ out/made");
  assert.equal(await play.upload("a out/ out/made", "a out/ out/own"), "out/made");
});

Deno.test("a file that was deleted here and that the work makes again is left by the work", async () => {
  const play = new Play();
  await play.upload("", "a b");
  await play.upload("a b", "a");
  play.worked("a b");
  assert.equal(await play.upload("a b", "a"), "b");
});

Deno.test("the record of uploads stays", async () => {
  const play = new Play();
  await play.upload("", "a");
  assert.equal(await play.upload("a .tkn-dev-upload/ .tkn-dev-upload/record", "a"), "");
});
