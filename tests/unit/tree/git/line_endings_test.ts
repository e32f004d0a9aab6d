import assert from "node:assert/strict";
import {
  convertsOnCheckout,
  lineEndings,
  WithoutCr,
} from "../../../../src/tree/git/line_endings.ts";

const LISTED = [
  "i/lf    w/crlf  attr/                 \ta",
  "i/lf    w/crlf  attr/text=auto        \td/b c",
  "i/lf    w/mixed attr/text             \td/mixed",
  "i/lf    w/crlf  attr/text eol=crlf    \twindows.bat",
  "i/lf    w/crlf  attr/text=auto eol=crlf\twindows.cmd",
  "i/lf    w/crlf  attr/text eol=lf      \tbuild.sh",
  "i/lf    w/crlf  attr/-text            \tas-it-is",
  "i/crlf  w/crlf  attr/text=auto        \tcrlf-in-git",
  "i/mixed w/mixed attr/text             \tmixed-in-git",
  "i/none  w/crlf  attr/text=auto        \tempty-in-git",
  "i/-text w/-text attr/text=auto        \timage",
  "i/lf    w/lf    attr/text=auto        \tsame",
  "i/lf    w/      attr/text=auto        \tremoved",
].map((line) => `${line}\0`).join("");

Deno.test("files with LF in git and CRLF locally are found, except those with CRLF in every checkout", () => {
  const { differ, convertible } = lineEndings(LISTED, "x", { autocrlf: "false" });
  assert.deepEqual(differ, ["x/a", "x/d/b c", "x/d/mixed", "x/build.sh", "x/as-it-is"]);
  assert.deepEqual(convertible, ["x/d/b c", "x/d/mixed", "x/build.sh", "x/empty-in-git"]);
});

Deno.test("core.autocrlf makes files without attributes text", () => {
  for (const autocrlf of ["true", "input"] as const) {
    assert.equal(lineEndings(LISTED, "", { autocrlf }).convertible[0], "a");
  }
});

Deno.test("all files are checked only if a checkout may have converted them", () => {
  const asked = { autocrlf: "false", eol: "native", trustsModes: true } as const;
  assert.equal(convertsOnCheckout(asked), false);
  assert.equal(convertsOnCheckout({ ...asked, autocrlf: "input" }), false);
  assert.equal(convertsOnCheckout({ ...asked, autocrlf: "true" }), true);
  assert.equal(convertsOnCheckout({ ...asked, eol: "crlf" }), true);
  assert.equal(convertsOnCheckout({ ...asked, trustsModes: false }), true, "as on Windows");
  assert.equal(convertsOnCheckout({ ...asked, trustsModes: false, eol: "lf" }), false);
});

Deno.test("a CR is removed only before an LF, also across chunks", () => {
  const text = "a\r\nb\r\r\nc\rd\n\r\n\r";
  const expected = text.replaceAll("\r\n", "\n");
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size <= bytes.length; size++) {
    const rewrite = new WithoutCr();
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      parts.push(rewrite.push(bytes.subarray(at, at + size)));
    }
    parts.push(rewrite.end());
    const all = parts.map((part) => new TextDecoder().decode(part)).join("");
    assert.equal(all, expected, `chunks of ${size}`);
  }
});
