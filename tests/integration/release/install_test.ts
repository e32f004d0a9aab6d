/** install.sh against a release on loopback, on machines that are a PATH of few programs. */
import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import { stampInstaller } from "../../../scripts/release/stamp.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";
import { SHELLS } from "../../scripts/stage.ts";
import {
  install,
  inVersion,
  namesIn,
  NEEDS,
  NOBODY,
  onMachine,
  options,
  outputOf,
  OWN,
  OWN_PROCESSOR,
  releaseFiles,
  runProgram,
  VERSION,
} from "./made_up_release.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

testWith(NEEDS, "it installs the program of the machine, which starts", async () => {
  await onMachine({}, async (stage) => {
    const { code, stdout, stderr } = await install(
      ["--from", stage.server.url, "--to", stage.to],
      stage,
    );
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `Installed tkn-dev ${VERSION} as ${stage.to}/tkn-dev\n`);
    assert.equal(stderr, `Hint: ${stage.to} is not on your PATH: add it there\n`);
    assert.equal(await runProgram(`${stage.to}/tkn-dev`), outputOf(OWN));
    assert.deepEqual(await namesIn(stage.to), ["tkn-dev"]);
  });
}, options);

testWith(NEEDS, "it installs once: the second time downloads only the checksums", async () => {
  await onMachine({}, async (stage) => {
    const args = ["--from", stage.server.url, "--to", stage.to];
    assert.equal((await install(args, stage)).code, 0);
    stage.server.asked.length = 0;
    const { code, stdout } = await install(args, stage);
    assert.deepEqual([code, stdout], [0, `tkn-dev ${VERSION} is already in ${stage.to}\n`]);
    assert.deepEqual(stage.server.asked, [`v${VERSION}/SHA256SUMS`]);
  });
}, options);

testWith(NEEDS, "it replaces another version", async () => {
  const files = new Map([
    ...inVersion(await releaseFiles()),
    ...inVersion(await releaseFiles("0.2.0"), "0.2.0"),
  ]);
  await onMachine({ files }, async (stage) => {
    const args = ["--from", stage.server.url, "--to", stage.to];
    assert.equal((await install(args, stage)).code, 0);
    const { code, stderr } = await install([...args, "--version=v0.2.0"], stage);
    assert.equal(code, 0, stderr);
    assert.equal(await runProgram(`${stage.to}/tkn-dev`), outputOf(OWN, "0.2.0"));
  });
}, options);

const MACHINES = [
  ["Linux", "x86_64", "x86_64-unknown-linux-gnu"],
  ["Linux", "aarch64", "aarch64-unknown-linux-gnu"],
  ["Darwin", "x86_64", "x86_64-apple-darwin"],
  ["Darwin", "arm64", "aarch64-apple-darwin"],
] as const;

for (const [system, processor, target] of MACHINES) {
  const isForeign = system === "Linux" && !processor.startsWith(OWN_PROCESSOR);
  testWith(NEEDS, `${system} on ${processor} gets the program for ${target}`, async () => {
    await onMachine({ system, processor, scripts: { sysctl: "echo 0" } }, async (stage) => {
      const { code, stderr } = await install(["--from", stage.server.url, "--to", stage.to], stage);
      assert.equal(code, 0, stderr);
      assert.match(await runProgram(`${stage.to}/tkn-dev`), new RegExp(target));
    });
  }, { ignore: options.ignore || isForeign }); // it looks for the loader of that processor
}

testWith(NEEDS, "a shell under Rosetta gets the program for arm64", async () => {
  const machine = { system: "Darwin", processor: "x86_64", scripts: { sysctl: "echo 1" } };
  await onMachine(machine, async (stage) => {
    await install(["--from", stage.server.url, "--to", stage.to], stage);
    assert.match(await runProgram(`${stage.to}/tkn-dev`), /aarch64-apple-darwin/);
  });
}, options);

testWith(NEEDS, "--platform installs for another machine, without starting it", async () => {
  await onMachine({}, async (stage) => {
    const args = ["--from", stage.server.url, "--to", stage.to];
    const { code, stderr } = await install(
      [...args, "--platform", "x86_64-pc-windows-msvc"],
      stage,
    );
    assert.equal(code, 0, stderr);
    assert.match(await Deno.readTextFile(`${stage.to}/tkn-dev.exe`), /windows/);
  });
}, options);

for (const tool of ["wget", "shasum", "openssl"]) {
  const programs = tool === "wget" ? [tool, "sha256sum"] : ["curl", tool];
  testWith([...NEEDS, tool], `it needs only ${programs.join(" and ")}`, async () => {
    const more = tool === "shasum" ? ["perl"] : [];
    await onMachine({ programs: [...programs, ...more] }, async (stage) => {
      const { code, stderr } = await install(["--from", stage.server.url, "--to", stage.to], stage);
      assert.equal(code, 0, stderr);
      assert.equal(await runProgram(`${stage.to}/tkn-dev`), outputOf(OWN));
    });
  }, options);
}

for (const { name, argv, needsPrintf } of SHELLS) {
  testWith([...NEEDS, argv[0]], `it runs under ${name}`, async () => {
    const programs = ["curl", "sha256sum", ...(needsPrintf ? ["printf"] : [])];
    await onMachine({ programs }, async (stage) => {
      const args = ["--from", stage.server.url, "--to", stage.to];
      const { code, stderr } = await install(args, { ...stage, shell: argv });
      assert.equal(code, 0, stderr);
      assert.match((await install(args, { ...stage, shell: argv })).stdout, /is already in/);
    });
  }, options);
}

testWith(
  NEEDS,
  "without --to, a user who may not write to /usr/local/bin gets ~/.local/bin",
  async () => {
    await onMachine({}, async (stage) => {
      const script = `${stage.path}/install.sh`; // the user may not read the repository
      await Deno.copyFile(`${ROOT}install.sh`, script);
      await Deno.chmod(`${stage.path}/..`, 0o755);
      await Deno.chown(stage.home, NOBODY, NOBODY);
      const env = { TKN_DEV_FROM: stage.server.url };
      const { code, stdout, stderr } = await install([], { ...stage, env, script, uid: NOBODY });
      assert.equal(code, 0, stderr);
      assert.match(stdout, /\/home\/\.local\/bin\/tkn-dev\n$/);
    });
  },
  { ignore: options.ignore || Deno.uid() !== 0 },
);

testWith(NEEDS, "it installs from a directory, without a network", async () => {
  await onMachine({}, async (stage) => {
    using mirror = temporaryDirectory();
    await Deno.mkdir(`${mirror.path}/v${VERSION}`);
    for (const [path, content] of inVersion(await releaseFiles())) {
      await Deno.writeFile(`${mirror.path}/${path}`, content);
    }
    const { code, stderr } = await install(["--from", mirror.path, "--to", stage.to], stage);
    assert.equal(code, 0, stderr);
    assert.deepEqual(stage.server.asked, []);
  });
}, options);

testWith(
  NEEDS,
  "the copy in a release downloads from there, the copy in the repository says why not",
  async () => {
    await onMachine({}, async (stage) => {
      const none = await install(["--to", stage.to], stage);
      assert.match(
        none.stderr,
        /^Error: Cannot download tkn-dev: this copy of install\.sh belongs to no release/,
      );
      using place = temporaryDirectory();
      const script = `${place.path}/install.sh`;
      const text = await Deno.readTextFile(`${ROOT}install.sh`);
      await Deno.writeTextFile(script, stampInstaller(text, stage.server.url));
      const { code, stderr } = await install(["--to", stage.to], { ...stage, script });
      assert.equal(code, 0, stderr);
    });
  },
  options,
);

Deno.test("install.sh installs the version of deno.json", async () => {
  const text = await Deno.readTextFile(`${ROOT}install.sh`);
  assert.equal(/^version=(.*)$/m.exec(text)?.[1], config.version);
});
