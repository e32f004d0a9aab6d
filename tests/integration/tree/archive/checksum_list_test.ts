/** The manifest is what the sha256sum of an image says about what arrived. */
import assert from "node:assert/strict";
import { testWith } from "../../../support/tools.ts";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { ENV, extract, pack, TARS } from "../../../support/tars.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { file, writeTree } from "../../../support/tree_text.ts";

const MANIFEST = ".tkn-dev-manifest";

testWith(
  ["busybox"],
  "20,000 files arrive, and both sha256sum find each as the manifest says",
  async () => {
    using place = temporaryDirectory();
    const nodes = Array.from(
      { length: 20_000 },
      (_, i) => file(`d${i % 97}/with space ${i}`, `${i}`.repeat(i % 50)),
    );
    mkdirSync(`${place.path}/from`);
    writeTree(`${place.path}/from`, nodes);
    const { bytes, receipt } = await pack(`${place.path}/from`, MANIFEST);
    assert.equal(receipt.files, 20_000);
    for (const tar of TARS) {
      const into = `${place.path}/${tar[0]}`;
      extract(tar, bytes, into);
      assert.equal(sha256sumCheck(["sha256sum"], into), 0);
      assert.equal(lstatSync(`${into}/${MANIFEST}`).mode & 0o777, 0o600);
      const digest = execFileSync("sha256sum", [`${into}/${MANIFEST}`], { encoding: "utf8" });
      assert.equal(digest.slice(0, 64), receipt.digest);
    }
    const arrived = `${place.path}/tar`;
    assert.equal(sha256sumCheck(["busybox", "sha256sum"], arrived), 0);
    appendFileSync(`${arrived}/d5/with space 5`, "!");
    assert.equal(sha256sumCheck(["sha256sum"], arrived), 1);
    assert.equal(sha256sumCheck(["busybox", "sha256sum"], arrived), 1);
  },
);

/** The exit code of `sha256sum -c` on what is after the manifest's blank line. */
function sha256sumCheck(command: readonly string[], directory: string): number | null {
  const manifest = readFileSync(`${directory}/${MANIFEST}`, "utf8");
  const [head, lines] = [manifest.slice(0, manifest.indexOf("\n\n")), manifest.split("\n\n")[1]];
  assert.match(head, new RegExp(`\nlisted ${lines.split("\n").length - 1}$`));
  const [program, ...args] = command;
  const input = manifest.slice(head.length + 2);
  const stdio: ["pipe", "ignore", "ignore"] = ["pipe", "ignore", "ignore"];
  return spawnSync(program, [...args, "-c", "-"], { cwd: directory, input, stdio, env: ENV })
    .status;
}

testWith(
  ["busybox"],
  "the manifest leaves out the names that the two sha256sum read differently, and counts them",
  async () => {
    using place = temporaryDirectory();
    mkdirSync(`${place.path}/from`);
    writeTree(`${place.path}/from`, [
      file("plain", "x"),
      file(" *-é'\"$", "x"),
      file("new\nline", "x"),
      file("back\\slash", "x"),
      file("return\r", "x"),
    ]);
    const { bytes, receipt } = await pack(`${place.path}/from`, MANIFEST);
    assert.equal(receipt.files, 5);
    extract(["tar"], bytes, `${place.path}/to`);
    assert.match(readFileSync(`${place.path}/to/${MANIFEST}`, "utf8"), /^listed 2$/m);
    assert.equal(sha256sumCheck(["sha256sum"], `${place.path}/to`), 0);
    assert.equal(sha256sumCheck(["busybox", "sha256sum"], `${place.path}/to`), 0);
  },
);
