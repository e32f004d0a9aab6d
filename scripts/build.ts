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

const [mode] = Deno.args;
await Deno.remove(BUNDLE, { recursive: true }).catch(() => {}); // the names of its files change
const bundling = ["--quiet", "--platform", "deno", "--code-splitting", "--outdir", BUNDLE];
// A bundle names its modules by their paths. Packages in Deno's cache have others on each machine.
bundling.push("--node-modules-dir=auto");
await deno(["bundle", ...bundling, "main.ts"]);
if (mode === undefined) await compile("dist/tkn-dev", []);
if (mode === "--release") {
  for (const target of TARGETS) await compile(`dist/tkn-dev-${target}`, ["--target", target]);
}

async function compile(output: string, flags: string[]): Promise<void> {
  const compiling = ["--quiet", "-A", "--no-check", ...flags, "--output", output];
  await deno(["compile", ...compiling, `${BUNDLE}/main.js`]);
}

async function deno(args: string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
