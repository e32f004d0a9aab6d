import assert from "node:assert/strict";
import { Unfinished } from "../../../../src/commands/turns/unfinished.ts";
import type { RemoteListing } from "../../../../src/step/protocol/listing.ts";
import type { RemotePath } from "../../../../src/step/protocol/remote_path.ts";
import type { Deletes } from "../../../../src/transfer/options.ts";
import { planUpload } from "../../../../src/transfer/plan.ts";
import { entriesOf } from "./entries.ts";

function listing(paths: string): RemoteListing {
  const listed = entriesOf(paths).map((entry) => [entry.path as RemotePath, entry] as const);
  return { entries: new Map(listed) } as unknown as RemoteListing;
}

/** Returns what an upload of the local tree removes from the directory. */
async function removed(
  unfinished: Unfinished,
  { local, remote, deletes = "auto" }: { local: string; remote: string; deletes?: Deletes },
): Promise<string> {
  const tree = entriesOf(local);
  const clean = unfinished.clean(tree, { deletes });
  const { remove } = await planUpload({
    entries: tree,
    listing: listing(remote),
    digest: () => undefined,
    packed: new Map(),
    verified: new Set(),
    deletes,
    isLeft: clean?.isLeft,
  });
  return remove.join(" ");
}

Deno.test("what an upload that was cut short has sent is removed, if the tree has it no longer", async () => {
  const unfinished = new Unfinished();
  unfinished.begun(entriesOf("a.txt new/ new/big.bin"));
  const remote = "a.txt made.txt new/ new/big.bin new/made.txt";
  assert.equal(await removed(unfinished, { local: "a.txt", remote }), "new/big.bin");
});

Deno.test("it stays if it is in the tree, if nothing is removed, and once an upload has arrived", async () => {
  const unfinished = new Unfinished();
  unfinished.begun(entriesOf("a.txt big.bin"));
  const remote = "a.txt big.bin";
  assert.equal(await removed(unfinished, { local: "a.txt big.bin", remote }), "");
  assert.equal(await removed(unfinished, { local: "a.txt", remote, deletes: "never" }), "");
  unfinished.begun(entriesOf("a.txt"));
  assert.equal(await removed(unfinished, { local: "a.txt", remote }), "big.bin");
  unfinished.ended();
  assert.equal(await removed(unfinished, { local: "a.txt", remote }), "");
});

Deno.test("the rule of --clean holds beside it", () => {
  const unfinished = new Unfinished();
  let listed = 0;
  const clean = { isLeft: (path: string) => path === "made", onListed: () => void listed++ };
  assert.equal(unfinished.clean(entriesOf("a"), { clean, deletes: "auto" }), clean);
  unfinished.begun(entriesOf("big"));
  const both = unfinished.clean(entriesOf("a"), { clean, deletes: "auto" });
  assert.deepEqual(["made", "big", "a", "other"].map((path) => both?.isLeft(path)), [
    true,
    true,
    false,
    false,
  ]);
  both?.onListed(listing("a"));
  assert.equal(listed, 1);
});
