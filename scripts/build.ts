/**
 * Bundles main.ts with all it imports into dist/bundle/, and compiles that to dist/tkn-dev.
 *
 *     deno task build                    for this machine
 *     deno task build --release          for every platform: dist/tkn-dev-<target>
 *     deno task build --bundle-only      only the bundle
 *
 * What is imported when it is needed becomes files of its own in the bundle: the program then starts
 * without reading the rest, which takes as long as the runtime's own start.
 */
const BUNDLE = "dist/bundle";
const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

/**
 * All of them. Each kind but two is needed, and not for a list that is known before the program runs:
 *
 *     read    the directory to upload, kubeconfigs and the files that they name, .gitignore files above it
 *     write   --patch FILE, and a script for the editor
 *     net     the API server of any kubeconfig, its proxy; the sandbox listens
 *     env     exec plugins of kubeconfigs get all variables that there are
 *     run     git, $EDITOR, exec plugins by any name
 *     ffi     the C library, by a name that only the loader resolves: names that are not UTF-8, TCP_NODELAY
 *     sys     not needed
 *     import  not needed: the bundle has all modules
 *
 * Without these two Deno opens nothing in /dev, /proc and /sys, though all of read is allowed: that asks for the flag
 * --allow-all itself. No tree in /dev/shm could be uploaded, no `-f /dev/stdin` read, no name that is not UTF-8 opened
 * (by /proc/self/fd). A test shows that, tests/integration/deno/permissions_test.ts; where it fails, name them one by one.
 */
const PERMISSIONS = ["--allow-all", "--no-prompt"];

const [mode] = Deno.args;
await Deno.remove(BUNDLE, { recursive: true }).catch(() => {}); // the names of its files change
const bundling = ["--quiet", "--platform", "deno", "--code-splitting", "--outdir", BUNDLE];
// A bundle names its modules by their paths. Packages in Deno's cache have others on each machine.
bundling.push("--node-modules-dir=auto");
await deno(["bundle", ...bundling, "main.ts"]);
if (mode !== "--bundle-only") await writeCommit();
if (mode === undefined) await compile("dist/tkn-dev", []);
if (mode === "--release") {
  for (const target of TARGETS) await compile(`dist/tkn-dev-${target}`, ["--target", target]);
}

/**
 * Writes the commit into what is compiled. The bundle alone is the same for every commit with the same
 * source: see check_bundle.ts.
 */
async function writeCommit(): Promise<void> {
  const git = new Deno.Command("git", { args: ["describe", "--always", "--dirty", "--exclude=*"] });
  const { success, stdout } = await git.output();
  const commit = success ? new TextDecoder().decode(stdout).trim() : "source";
  for await (const { name } of Deno.readDir(BUNDLE)) {
    const text = await Deno.readTextFile(`${BUNDLE}/${name}`);
    if (!text.includes(`"{commit}"`)) continue;
    await Deno.writeTextFile(`${BUNDLE}/${name}`, text.replace(`"{commit}"`, `"${commit}"`));
  }
}

async function compile(output: string, flags: string[]): Promise<void> {
  const compiling = ["--quiet", ...PERMISSIONS, "--no-check", ...flags, "--output", output];
  await deno(["compile", ...compiling, `${BUNDLE}/main.js`]);
}

async function deno(args: string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
