/**
 * Compares directories by the C library with those by Deno, and tests the program without the
 * library.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readDirents } from "../../../src/deno/files/dirents.ts";
import { denoFiles } from "../../../src/deno/files/files.ts";
import { oldDeno } from "../../../src/deno/version.ts";
import { shell } from "../../support/byte_tree.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { hardLinks, tree, writeTree } from "../../support/tree_text.ts";

const isLinux = Deno.build.os === "linux";

Deno.test("a stat of many files equals the stats of each: sizes, modes, times, inodes", {
  ignore: !isLinux,
}, async () => {
  using place = temporaryDirectory();
  writeTree(place.path, [
    ...hardLinks(["one", "other"], "both"),
    ...tree("dir d/ 700\nfile é 600 hello\nlink l -> one\nlink dangling -> x\nfifo p"),
  ]);
  execFileSync("truncate", ["-s", "5000000000", `${place.path}/large`]);
  const times = ["2001-02-03 04:05:06.789999999", "1969-12-31 23:59:58.1234567", "2106-02-07"];
  for (const time of times) {
    execFileSync("touch", ["-d", `${time} UTC`, `${place.path}/${time}`]);
  }
  const listed = await denoFiles.list(place.path);
  const names = listed.map(({ name }) => name);
  const stats = await denoFiles.lstatNames(place.path, [...names, "gone"]);
  assert.equal(names.length, 11);
  for (const [at, { name, kind }] of listed.entries()) {
    assert.deepEqual(stats[at], await denoFiles.lstat(`${place.path}/${name}`), name);
    assert.equal(kind, stats[at]!.kind);
  }
  assert.equal(stats.at(-1), undefined);
});

Deno.test("a directory with more names than fit into one answer is listed completely", {
  ignore: !isLinux,
}, async () => {
  using place = temporaryDirectory();
  shell(place.path, `seq -f "%0100.0f$c" 1 5000 | xargs touch`);
  const names = (await denoFiles.list(place.path)).map(({ name }) => name);
  assert.equal(new Set(names).size, 5000);
  assert.ok(names.every((name) => name.endsWith("caf\udce9")));
  const stats = await denoFiles.lstatNames(place.path, names);
  assert.equal(stats.filter((stat) => stat?.kind === "file").length, 5000);
});

Deno.test("a name whose kind the file system omits has no kind", () => {
  const entry = (type: number, name: string) => {
    const bytes = new Uint8Array(32);
    bytes[16] = bytes.length;
    bytes[18] = type;
    bytes.set(new TextEncoder().encode(name), 19);
    return bytes;
  };
  const bytes = Uint8Array.from(
    [entry(4, "."), entry(4, ".."), entry(0, "a"), entry(8, "b"), entry(1, "c")].flatMap((one) => [
      ...one,
    ]),
  );
  assert.deepEqual(readDirents(bytes), [
    { name: "a", kind: undefined },
    { name: "b", kind: "file" },
    { name: "c", kind: "other" },
  ]);
});

Deno.test("without the C library, a name that Deno can't decode is an error", {
  ignore: !isLinux,
}, () => {
  const path = Deno.makeTempDirSync({ prefix: "tkn-dev-test-" }); // in /dev Deno reads only with all permissions
  using _removed = { [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
  shell(path, `echo x >"$c"`);
  const main = new URL("../../../main.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--deny-ffi", "--quiet", main],
      ...["task", "upload", "any", path, "--list"],
    ],
    env: { NO_COLOR: "1" },
  }).outputSync();
  const said = new TextDecoder().decode(stderr);
  assert.equal(new TextDecoder().decode(stdout), "");
  assert.match(said, /^Error: Cannot read "caf\ufffd": its name is not valid UTF-8\n/);
  assert.equal(code, 4);
});

Deno.test("a Deno that is too old is reported", () => {
  assert.equal(oldDeno("2.9.0"), undefined);
  assert.equal(oldDeno("2.10.0"), undefined);
  assert.equal(oldDeno("3.0.0"), undefined);
  assert.match(
    oldDeno("2.8.9")!,
    /^Error: Cannot run on Deno 2\.8\.9: it needs Deno 2\.9 or later/,
  );
  assert.match(oldDeno("1.46.3")!, /2\.9 or later/);
});
