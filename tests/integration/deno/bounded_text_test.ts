import assert from "node:assert/strict";
import {
  boundedTextOf,
  MOST_TEXT_BYTES,
  readBoundedText,
  readBoundedTextSync,
} from "../../../src/deno/files/bounded_text.ts";
import { denoFiles } from "../../../src/deno/files/files.ts";
import { FileError } from "../../../src/host.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const TOO_LARGE = /^Error: is larger than 16 MiB$/;

Deno.test({
  name: "a file without an end is refused",
  ignore: Deno.build.os === "windows",
  async fn() {
    await assert.rejects(denoFiles.readText("/dev/zero"), (error) => {
      return error instanceof FileError && error.state === "is larger than 16 MiB";
    });
    assert.throws(() => readBoundedTextSync("/dev/zero"), TOO_LARGE);
  },
});

Deno.test("a stream without an end is refused, and cancelled", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)),
    cancel: () => void (isCancelled = true),
  });
  await assert.rejects(boundedTextOf(stream), TOO_LARGE);
  assert.equal(isCancelled, true);
});

Deno.test("the largest text is read whole, and characters may be cut by a read", async () => {
  using directory = temporaryDirectory();
  const path = `${directory.path}/text`;
  const text = `\ufeff${"äö€".repeat(MOST_TEXT_BYTES / 8)}`.slice(0, MOST_TEXT_BYTES / 3);
  await Deno.writeTextFile(path, text);
  assert.ok(await readBoundedText(path) === text);
  assert.ok(readBoundedTextSync(path) === text);
});
