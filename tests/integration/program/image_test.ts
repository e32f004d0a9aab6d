/**
 * The files of images/collect.sh, entered by chroot as a container would be. It needs the compiled
 * program that TKN_DEV names, and root. A script of .ci/build is as good: the runtime is then what
 * is collected, and the bundle lies beside it.
 */
import assert from "node:assert/strict";
import { temporaryDirectory } from "../../support/temporary.ts";
import { testWith } from "../../support/tools.ts";
import { VERSION } from "../../../src/version.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const program = Deno.env.get("TKN_DEV");
const isScript = program !== undefined && await startsWith(program, "#!");
const binary = isScript ? Deno.execPath() : program;
/** The program inside the image, where the binary is on the PATH as tkn-dev. */
const PROGRAM = isScript
  ? ["tkn-dev", "run", "--quiet", "--no-config", "--no-lock", "--allow-all", "/bundle/main.js"]
  : ["tkn-dev"];
const NEEDS = ["chroot", "unshare", "ldd", "/etc/ssl/certs/ca-certificates.crt"];
const options = { ignore: program === undefined || Deno.uid() !== 0 };

async function run(command: string, args: string[], env = {}) {
  const options = { args, env, clearEnv: true, stdin: "null" } as const;
  const { code, stdout, stderr } = await new Deno.Command(command, options).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function startsWith(path: string, text: string): Promise<boolean> {
  using file = await Deno.open(path);
  const start = new Uint8Array(text.length);
  await file.read(start);
  return new TextDecoder().decode(start) === text;
}

/** Fills a directory with the files of the image. */
async function collect(directory: string): Promise<void> {
  const path = Deno.env.get("PATH");
  const args = [`${ROOT}images/collect.sh`, binary!, directory];
  const { code, stderr } = await run("/bin/sh", args, { PATH: path });
  assert.equal(code, 0, stderr);
  if (!isScript) return;
  await Deno.mkdir(`${directory}/bundle`);
  for await (const { name } of Deno.readDir(`${ROOT}dist/bundle`)) {
    await Deno.copyFile(`${ROOT}dist/bundle/${name}`, `${directory}/bundle/${name}`);
  }
}

/** Runs a command in the directory, with /proc, which ends with the command's own mounts. */
async function inImage(directory: string, command: string[], env = {}) {
  const script = 'mount -t proc proc "$1/proc" && exec chroot "$@"';
  const args = ["--mount", "/bin/sh", "-c", script, "sh", directory, ...command];
  return await run("unshare", args, { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin", ...env });
}

testWith(NEEDS, "the image's files are enough to start", async () => {
  using image = temporaryDirectory();
  await collect(image.path);
  const { code, stdout, stderr } = await inImage(image.path, [...PROGRAM, "version", "--client"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^tkn-dev ${VERSION}\n`));
}, options);

testWith(NEEDS, "the image's files are enough to find a cluster by its name", async () => {
  using image = temporaryDirectory();
  await collect(image.path);
  const answer = () => Response.json({ gitVersion: "v1.99.0" });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  await Deno.writeTextFile(`${image.path}/etc/hosts`, "127.0.0.1 cluster.test\n");
  const config = {
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: `http://cluster.test:${server.addr.port}` } }],
    users: [{ name: "u", user: {} }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  };
  await Deno.writeTextFile(`${image.path}/config`, JSON.stringify(config));
  const { stdout, stderr } = await inImage(image.path, [...PROGRAM, "version", "-k", "/config"]);
  assert.match(stdout, /^Kubernetes: v1\.99\.0$/m, stderr);
}, options);

testWith(
  [...NEEDS, "busybox"],
  "on an image of busybox it starts with these libraries only",
  async () => {
    using image = temporaryDirectory();
    for (const folder of ["bin", "proc"]) await Deno.mkdir(`${image.path}/${folder}`);
    await Deno.copyFile("/usr/bin/busybox", `${image.path}/bin/busybox`);
    await Deno.copyFile(binary!, `${image.path}/bin/tkn-dev`);
    const command = ["/bin/busybox", "sh", "-c", `/bin/${PROGRAM.join(" ")} version --client`];
    const without = await inImage(image.path, command);
    assert.notEqual(without.code, 0);
    assert.match(without.stderr, /tkn-dev: not found/); // the loader is
    await collect(image.path);
    const { code, stderr } = await inImage(image.path, command);
    assert.equal(code, 0, stderr);
  },
  options,
);

testWith(["ldd"], "a program that is not one for glibc cannot be collected", async () => {
  using place = temporaryDirectory();
  await Deno.writeTextFile(`${place.path}/script`, "#!/bin/sh\n", { mode: 0o755 });
  const args = [`${ROOT}images/collect.sh`, `${place.path}/script`, `${place.path}/image`];
  const { code, stderr } = await run("/bin/sh", args, { PATH: Deno.env.get("PATH") });
  assert.equal(code, 1);
  assert.match(stderr, /^Cannot collect the files: ldd finds no loader of/m);
});
