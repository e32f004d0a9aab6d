/**
 * Builds the bundle from two copies of the source, in directories with different names, and exits
 * with 1 unless both have the same files with the same bytes: anyone can reproduce a release.
 */

const ROOT = new URL("../", import.meta.url).pathname;
const decoder = new TextDecoder();

Deno.exit(await main());

async function main(): Promise<number> {
  const place = await Deno.makeTempDir({ prefix: "tkn-dev-bundle-" });
  try {
    const [one, other] = [await build(`${place}/a`), await build(`${place}/another/deeper`)];
    const names = [...new Set([...one.keys(), ...other.keys()])].sort();
    const different = names.filter((name) => one.get(name) !== other.get(name));
    const words = different.length === 0
      ? `${names.length} files, built twice, are the same`
      : `these files differ from one build to the next: ${different.join(", ")}`;
    Deno.stderr.writeSync(new TextEncoder().encode(`${words}\n`));
    return different.length === 0 && names.includes("main.js") ? 0 : 1;
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

/** Returns the files of the bundle, each with its sha256. */
async function build(directory: string): Promise<Map<string, string>> {
  for (const path of await sources()) {
    const target = `${directory}/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(ROOT + path, target);
  }
  await run(Deno.execPath(), ["run", "-A", "scripts/build.ts", "--bundle-only"], directory);
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(`${directory}/dist/bundle`)) {
    const bytes = await Deno.readFile(`${directory}/dist/bundle/${name}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    files.set(name, digest.toHex());
  }
  return files;
}

/** Returns the files that the bundle is made of. */
async function sources(): Promise<string[]> {
  const args = [
    "ls-files",
    "-coz",
    "--exclude-standard",
    "--",
    "main.ts",
    "deno.*",
    "src",
    "scripts/*.ts",
  ];
  const paths = decoder.decode(await run("git", args, ROOT)).split("\0").filter(Boolean);
  const isThere = (path: string) => Deno.lstat(ROOT + path).then(() => true, () => false);
  const there = await Promise.all(paths.map(isThere)); // git still lists a deleted file before the commit
  return paths.filter((_, at) => there[at]);
}

async function run(program: string, args: string[], cwd: string): Promise<Uint8Array> {
  const options = { args, cwd, stderr: "inherit" } as const;
  const { success, stdout } = await new Deno.Command(program, options).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
  return stdout;
}
