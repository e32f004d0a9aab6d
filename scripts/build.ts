/**
 * Bundles main.ts with all it imports into dist/tkn-dev.js, and compiles that to dist/tkn-dev.
 *
 *     deno task build                    for this machine
 *     deno task build --release          for every platform: dist/tkn-dev-<target>
 *     deno task build --bundle-only      only the bundle
 */
const BUNDLE = "dist/tkn-dev.js";
const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

const [mode] = Deno.args;
await Deno.mkdir("dist", { recursive: true });
await deno(["bundle", "--quiet", "--platform", "deno", "--output", BUNDLE, "main.ts"]);
if (mode === undefined) await compile("dist/tkn-dev", []);
if (mode === "--release") {
  for (const target of TARGETS) await compile(`dist/tkn-dev-${target}`, ["--target", target]);
}

async function compile(output: string, flags: string[]): Promise<void> {
  await deno(["compile", "--quiet", "-A", "--no-check", ...flags, "--output", output, BUNDLE]);
}

async function deno(args: string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
