import "../../support/no_env.ts";
import assert from "node:assert/strict";
import { fileOfLayer, LayerError } from "../../../src/registry/layer.ts";
import { gzipped, gzippedTar, tarOf } from "../../support/fake_registry.ts";

async function why(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const error = await fileOfLayer(bytes).then(() => undefined, (error) => error);
  assert.ok(error instanceof LayerError, `${error}`);
  return error.message;
}

Deno.test("the file of a tar is read, gzipped or not, and with a long name", async () => {
  assert.equal(await fileOfLayer(await gzippedTar("kind: Task")), "kind: Task");
  assert.equal(await fileOfLayer(tarOf("kind: Task")), "kind: Task");
  assert.equal(await fileOfLayer(tarOf("kind: Task", "n".repeat(253))), "kind: Task");
});

Deno.test("a layer that is no tar is its own text", async () => {
  const text = new TextEncoder().encode(`kind: Task\n# ${"x".repeat(600)}\n`);
  assert.equal(await fileOfLayer(await gzipped(text)), new TextDecoder().decode(text));
});

Deno.test("broken and boundless layers are refused with a reason", async () => {
  const tar = tarOf("kind: Task");
  assert.equal(await why(tar.slice(0, 515)), "its tar is cut off");
  const whole = await gzipped(tar);
  assert.equal(await why(whole.slice(0, whole.length - 12)), "its gzip is broken");
  assert.equal(await why(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)), "it is zstd-compressed");
  const bomb = await gzipped(new Uint8Array(5 * 1024 * 1024));
  assert.ok(bomb.length < 10_000);
  assert.equal(await why(bomb), "it is longer than 4 MiB");
});
