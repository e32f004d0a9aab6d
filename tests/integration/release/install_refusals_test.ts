/** install.sh refuses what it cannot install, says why, and leaves nothing behind. */
import assert from "node:assert/strict";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";
import {
  install,
  inVersion,
  type Machine,
  namesIn,
  NEEDS,
  NOBODY,
  onMachine,
  options,
  OWN,
  releaseFiles,
  VERSION,
} from "./made_up_release.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

for (
  const [what, name] of [["archive", `tkn-dev-${OWN?.name}.tar.gz`], ["program", "SHA256SUMS"]]
) {
  testWith(NEEDS, `it refuses a wrong checksum of the ${what}, and installs nothing`, async () => {
    const files = inVersion(await releaseFiles());
    const spoil = (content: Uint8Array) => {
      if (what === "archive") return Uint8Array.of(...content, 0);
      const text = new TextDecoder().decode(content);
      const line = new RegExp(`^.{64}(?=  tkn-dev-${OWN.name}$)`, "m");
      return new TextEncoder().encode(text.replace(line, "0".repeat(64)));
    };
    files.set(`v${VERSION}/${name}`, spoil(files.get(`v${VERSION}/${name}`)!));
    await onMachine({ files }, async (stage) => {
      const { code, stderr } = await install(["--from", stage.server.url, "--to", stage.to], stage);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^Error: Cannot install "tkn-dev-.*": its checksum is [0-9a-f]{64}, and/,
      );
      assert.deepEqual(await namesIn(stage.to), []);
    });
  }, options);
}

const REFUSED: [string, Machine, string[], RegExp][] = [
  [
    "a processor without a release",
    { processor: "riscv64" },
    [],
    /^Error: Cannot install on "Linux riscv64": no release/,
  ],
  ["an unknown system", { system: "Plan9" }, [], /^Error: Cannot install on "Plan9 /],
  [
    "Windows",
    { system: "MINGW64_NT-10.0" },
    [],
    /^Hint: download the archive for x86_64-pc-windows-msvc/m,
  ],
  [
    "an unknown platform",
    {},
    ["--platform", "../x"],
    /^Error: Cannot install for "\.\.\/x": this is no platform/,
  ],
  [
    "an unlisted platform",
    {},
    ["--platform", "z80"],
    /SHA256SUMS of version 0\.1\.0 does not list it once/,
  ],
  [
    "a word that is no version",
    {},
    ["--version", "../1"],
    /^Error: Cannot install "\.\.\/1": this is no version/,
  ],
  ["an unknown flag", {}, ["--frm", "x"], /^Error: Cannot read "--frm": no such flag/m],
  ["a flag without a value", {}, ["--to"], /^Error: Cannot read "--to": its value is missing/],
  [
    "a version without a release",
    {},
    ["--version", "9.9.9"],
    /^Error: Cannot read "http:.*\/v9\.9\.9\/SHA256SUMS": see/m,
  ],
  [
    "a machine without curl and wget",
    { without: ["curl"] },
    [],
    /: neither curl nor wget is on the PATH\nHint: install curl\n/,
  ],
  [
    "a machine without a checksum tool",
    { without: ["sha256sum"] },
    [],
    /^Error: Cannot compare checksums: none of sha256sum, shasum/,
  ],
  [
    "a machine without tar",
    { without: ["tar"] },
    [],
    /^Error: Cannot install tkn-dev: tar is not on the PATH\nHint: install tar/,
  ],
];

for (const [what, machine, args, message] of REFUSED) {
  testWith(NEEDS, `it refuses ${what}`, async () => {
    await onMachine(machine, async (stage) => {
      const { code, stderr } = await install(
        ["--from", stage.server.url, ...(args.includes("--to") ? [] : ["--to", stage.to]), ...args],
        stage,
      );
      assert.equal(code, 1, stderr);
      assert.match(stderr, message);
      const isEmpty = (await namesIn(stage.home)).length === 0;
      assert.ok(isEmpty, "it made a directory");
    });
  }, options);
}

testWith(NEEDS, "a user gets an error for a directory of others", async () => {
  await onMachine({}, async (stage) => {
    const script = `${stage.path}/install.sh`;
    await Deno.copyFile(`${ROOT}install.sh`, script);
    await Deno.chmod(`${stage.path}/..`, 0o755);
    await Deno.chown(stage.home, NOBODY, NOBODY);
    const args = ["--from", stage.server.url, "--to", "/usr/bin"];
    const { code, stderr } = await install(args, { ...stage, script, uid: NOBODY });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^Error: Cannot write into "\/usr\/bin": it is not a directory that you may/,
    );
  });
}, { ignore: options.ignore || Deno.uid() !== 0 });

testWith(NEEDS, "a directory in the place of the program stays", async () => {
  await onMachine({}, async (stage) => {
    await Deno.mkdir(`${stage.to}/tkn-dev`, { recursive: true });
    const { code, stderr } = await install(["--from", stage.server.url, "--to", stage.to], stage);
    assert.equal(code, 1);
    assert.match(stderr, /^Error: Cannot replace ".*\/tkn-dev": it is a directory/);
  });
}, options);

testWith(NEEDS, "a program that does not start is not installed", async () => {
  await onMachine({ scripts: { chmod: "exit 0" } }, async (stage) => {
    const { code, stderr } = await install(["--from", stage.server.url, "--to", stage.to], stage);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^Error: Cannot start the program of this release: see the message above$/m,
    );
    assert.deepEqual(await namesIn(stage.to), []);
  });
}, options);

testWith(
  ["chroot", "busybox"],
  "on a system without glibc it says so, and what to do",
  async () => {
    using place = temporaryDirectory();
    await Deno.mkdir(`${place.path}/bin`);
    await Deno.mkdir(`${place.path}/dev`); // for /dev/null
    await Deno.copyFile("/usr/bin/busybox", `${place.path}/bin/busybox`);
    await Deno.copyFile(`${ROOT}install.sh`, `${place.path}/install.sh`);
    const args = [place.path, "/bin/busybox", "sh", "/install.sh", "--from", "http://127.0.0.1:1"];
    const { code, stderr } = await new Deno.Command("chroot", { args }).output();
    assert.equal(code, 1);
    const message =
      /^Error: Cannot run tkn-dev on this system: it has no glibc \(\/lib.*\)\nHint: use/;
    assert.match(new TextDecoder().decode(stderr), message);
  },
  { ignore: options.ignore || Deno.uid() !== 0 },
);
