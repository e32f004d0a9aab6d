/** scripts/release.ts writes a release of programs that are shell scripts. */
import assert from "node:assert/strict";
import { parse } from "npm:yaml@2.9.1";
import { parseChecksums } from "../../../scripts/release/checksums.ts";
import { archiveName, programName, TARGETS } from "../../../scripts/release/targets.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";
import {
  install,
  makeMachine,
  NEEDS,
  options,
  outputOf,
  OWN,
  runProgram,
  VERSION,
} from "./made_up_release.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

async function release(dist: string, ...flags: string[]) {
  const args = ["run", "-A", "--quiet", `${ROOT}scripts/release.ts`, dist, ...flags];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

async function writePrograms(dist: string): Promise<void> {
  for (const target of TARGETS) {
    const text = `#!/bin/sh\nprintf '${outputOf(target)}'\n`;
    await Deno.writeTextFile(`${dist}/${programName(target)}`, text);
  }
}

testWith(["git", ...NEEDS], "a release has all its files, and installs", async () => {
  using dist = temporaryDirectory();
  await writePrograms(dist.path);
  const { code, stderr } = await release(dist.path, "--repository", "Owner/name");
  assert.equal(code, 0, stderr);
  const files = `${dist.path}/release/v${VERSION}`;

  const names = await Array.fromAsync(Deno.readDir(files), ({ name }) => name);
  const others = ["SHA256SUMS", "install.sh", "tkn-dev-task.yaml", "tkn-dev.cdx.json"];
  const manifests = ["tkn-dev.krew.yaml", "tkn-dev.rb"];
  assert.deepEqual(names.sort(), [...TARGETS.map(archiveName), ...others, ...manifests].sort());

  const sums = await Deno.readTextFile(`${files}/SHA256SUMS`);
  const listed = [...parseChecksums(sums).keys()];
  const inArchives = TARGETS.map(programName);
  assert.deepEqual(
    listed.sort(),
    [...names, ...inArchives].filter((one) => one !== "SHA256SUMS").sort(),
  );
  const check = { args: ["-c", "--quiet", "--ignore-missing", "SHA256SUMS"], cwd: files };
  assert.ok((await new Deno.Command("sha256sum", check).output()).success);

  const url = `https://github.com/Owner/name/releases/download`;
  assert.match(
    await Deno.readTextFile(`${files}/install.sh`),
    new RegExp(`^releases='${url}'$`, "m"),
  );
  const krew = parse(await Deno.readTextFile(`${files}/tkn-dev.krew.yaml`));
  assert.equal(krew.spec.platforms[0].uri, `${url}/v${VERSION}/${archiveName(TARGETS[0])}`);
  const task = parse(await Deno.readTextFile(`${files}/tkn-dev-task.yaml`));
  const image = task.spec.params.find(({ name }: { name: string }) => name === "image");
  assert.equal(image.default, `ghcr.io/owner/name:${VERSION}`);

  const home = `${dist.path}/home`;
  await Deno.mkdir(home);
  await makeMachine(`${dist.path}/bin`);
  const args = ["--from", `${dist.path}/release`, "--to", `${home}/bin`];
  const installed = await install(args, { path: `${dist.path}/bin`, home });
  assert.equal(installed.code, 0, installed.stderr);
  assert.equal(await runProgram(`${home}/bin/tkn-dev`), outputOf(OWN));
}, options);

testWith(["git"], "the bill of materials has the packages of the lock, by their use", async () => {
  using dist = temporaryDirectory();
  await writePrograms(dist.path);
  assert.equal((await release(dist.path, "--repository", "owner/name")).code, 0);
  const path = `${dist.path}/release/v${VERSION}/tkn-dev.cdx.json`;
  const sbom = JSON.parse(await Deno.readTextFile(path));
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  const components: { "bom-ref": string; scope: string }[] = sbom.components;
  const refs = components.map((one) => one["bom-ref"]);
  assert.deepEqual(refs.sort(), ["deno", ...Object.keys(lock.npm)].sort());
  const scopes = new Map(components.map((one) => [one["bom-ref"].replace(/@.*/, ""), one.scope]));
  assert.deepEqual([scopes.get("fast-check"), scopes.get("yaml")], ["excluded", "required"]);
});

Deno.test("a release without the programs, or without its repository, says what to type", async () => {
  using dist = temporaryDirectory();
  const none = await release(dist.path, "--repository", "owner/name");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /^Cannot read ".*": not found\nHint: deno task build --release$/m);
  const nowhere = await release(dist.path);
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /^Hint: --repository OWNER\/NAME$/m);
});

testWith(["ruby"], "ruby reads the formula", async () => {
  using dist = temporaryDirectory();
  await writePrograms(dist.path);
  await release(dist.path, "--repository", "owner/name");
  const args = ["-c", `${dist.path}/release/v${VERSION}/tkn-dev.rb`];
  const { success, stderr } = await new Deno.Command("ruby", { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
});
