/** The sha256sum of coreutils and of busybox verify extracted files by the checksum list. */
import assert from "node:assert/strict";
import { testWith } from "../../../support/tools.ts";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { ENV, extract, pack, TARS } from "../../../support/tars.ts";
import { temporaryDirectory } from "../../../support/temporary.ts";
import { file, writeTree } from "../../../support/tree_text.ts";

const LIST_NAME = ".tkn-dev-manifest";

testWith(
  ["busybox"],
  "20,000 files arrive, and both sha256sum verify each of them",
  async () => {
    using place = temporaryDirectory();
    const nodes = Array.from(
      { length: 20_000 },
      (_, i) => file(`d${i % 97}/with space ${i}`, `${i}`.repeat(i % 50)),
    );
    mkdirSync(`${place.path}/from`);
    writeTree(`${place.path}/from`, nodes);
    const { bytes, receipt } = await pack(`${place.path}/from`, LIST_NAME);
    assert.equal(receipt.files, 20_000);
    for (const tar of TARS) {
      const into = `${place.path}/${tar[0]}`;
      extract(tar, bytes, into);
      assert.equal(sha256sumCheck(["sha256sum"], into), 0);
      assert.equal(lstatSync(`${into}/${LIST_NAME}`).mode & 0o777, 0o600);
      const digest = execFileSync("sha256sum", [`${into}/${LIST_NAME}`], { encoding: "utf8" });
      assert.equal(digest.slice(0, 64), receipt.digest);
    }
    const arrived = `${place.path}/tar`;
    assert.equal(sha256sumCheck(["busybox", "sha256sum"], arrived), 0);
    appendFileSync(`${arrived}/d5/with space 5`, "!");
    assert.equal(sha256sumCheck(["sha256sum"], arrived), 1);
    assert.equal(sha256sumCheck(["busybox", "sha256sum"], arrived), 1);
  },
);

/** Returns the exit code of `sha256sum -c` for the lines after the blank line. */
function sha256sumCheck(command: readonly string[], directory: string): number | null {
  const text = readFileSync(`${directory}/${LIST_NAME}`, "utf8");
  const [head, lines] = [text.slice(0, text.indexOf("\n\n")), text.split("\n\n")[1]];
  assert.match(head, new RegExp(`\nlisted ${lines.split("\n").length - 1}$`));
  const [program, ...args] = command;
  const input = text.slice(head.length + 2);
  const stdio: ["pipe", "ignore", "ignore"] = ["pipe", "ignore", "ignore"];
  return spawnSync(program, [...args, "-c", "-"], { cwd: directory, input, stdio, env: ENV })
    .status;
}

testWith(
  ["busybox"],
  "names that the two sha256sum escape differently are counted but not listed",
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
    const { bytes, receipt } = await pack(`${place.path}/from`, LIST_NAME);
    assert.equal(receipt.files, 5);
    extract(["tar"], bytes, `${place.path}/to`);
    assert.match(readFileSync(`${place.path}/to/${LIST_NAME}`, "utf8"), /^listed 2$/m);
    assert.equal(sha256sumCheck(["sha256sum"], `${place.path}/to`), 0);
    assert.equal(sha256sumCheck(["busybox", "sha256sum"], `${place.path}/to`), 0);
  },
);
