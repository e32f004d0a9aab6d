import assert from "node:assert/strict";
import { parseChecksums, renderChecksums, sha256 } from "../../../../scripts/release/checksums.ts";
import { MADE_UP } from "./support.ts";

Deno.test("checksums are written by name, and read again", () => {
  const text = renderChecksums(MADE_UP);
  assert.deepEqual(new Map(parseChecksums(text)), new Map([...MADE_UP].sort()));
  assert.match(text, /^1{64} {2}tkn-dev-aarch64-unknown-linux-gnu\.tar\.gz$/m);
});

Deno.test("a checksum is that of sha256sum", async () => {
  const checksum = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
  assert.equal(await sha256(new TextEncoder().encode("foo")), checksum);
});

for (const line of ["abc  tkn-dev", `${"a".repeat(64)}  ../tkn-dev`, "<html>"]) {
  Deno.test(`"${line.slice(0, 20)}" is not a line of checksums`, () => {
    assert.throws(() => parseChecksums(`${line}\n`), /is not a checksum and a name$/);
  });
}
