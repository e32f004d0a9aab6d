import assert from "node:assert/strict";
import { EditRequestReader, MOST_REQUESTS } from "../../../src/hold/edit_request.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("only the listener's words are requests, in any pieces", () => {
  const reader = new EditRequestReader();
  const text = "listening\nedit\nran 0\nran 255\nedit\n";
  const requests = [...bytes(text)].flatMap((byte) => reader.read(Uint8Array.of(byte)));
  assert.deepEqual(requests, [
    { kind: "edit" },
    { kind: "ran", exitCode: 0 },
    { kind: "ran", exitCode: 255 },
    { kind: "edit" },
  ]);
  assert.equal(reader.ignoredCount, 0);
});

Deno.test("a path, a program or any other word is no request", () => {
  const lines = [
    "edit /home/ada/.bashrc",
    "edit ",
    " edit",
    "EDIT",
    "edit\r",
    "edit\0",
    "",
    "ran",
    "ran 256",
    "ran -1",
    "ran 01",
    "ran 0 /etc/passwd",
    "ran 1e1",
    "ran NaN",
    "run vim",
    "éedit",
    "x".repeat(100_000),
  ];
  for (const line of lines) {
    const reader = new EditRequestReader();
    assert.deepEqual(reader.read(bytes(`${line}\n`)), [], line);
    assert.equal(reader.ignoredCount, 1, line);
    assert.deepEqual(reader.read(bytes("edit\n")), [{ kind: "edit" }], line);
  }
});

Deno.test("an endless line is not kept, and is no request once it ends", () => {
  const reader = new EditRequestReader();
  for (let part = 0; part < 1_000; part++) reader.read(bytes("edit".repeat(1_000)));
  assert.deepEqual(reader.read(bytes("\nedit\n")), [{ kind: "edit" }]);
});

Deno.test("after more lines than a user ever needs, no line is a request", () => {
  const reader = new EditRequestReader();
  const flood = reader.read(bytes("edit\n".repeat(MOST_REQUESTS + 1)));
  assert.equal(flood.length, MOST_REQUESTS);
  assert.deepEqual(reader.read(bytes("edit\n")), []);
  assert.ok(reader.ignoredCount > 0);
});
