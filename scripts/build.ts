/**
 * Bundles main.ts with all its imports into dist/bundle/, and compiles that to dist/tkn-dev.
 *
 *     deno task build                    for this machine
 *     deno task build --release          for every platform: dist/tkn-dev-<target>
 *     deno task build --bundle-only      only the bundle
 *
 * Modules behind an import() are separate files in the bundle, so the program starts without
 * reading them. Reading them takes as long as the start of the runtime.
 */
import { TARGETS } from "./release/targets.ts";

const BUNDLE = "dist/bundle";

/**
 * All permissions. The program needs each kind except two, and no list of values can be written
 * down before it runs:
 *
 *     read    the directory to upload, kubeconfigs and the files that they name, .gitignore files
 *             above the directory
 *     write   --patch FILE, and a script for the editor
 *     net     the API server of any kubeconfig, its proxy, URLs of flags; the sandbox listens
 *     env     credential plugins of kubeconfigs get the whole environment
 *     run     git, $EDITOR, credential plugins of any name
 *     ffi     the C library, under a name that only the loader resolves: names that are not UTF-8
 *     sys     not needed
 *     import  not needed: the bundle has all modules
 *
 * Without these two, Deno opens nothing in /dev, /proc and /sys even with all of read, because that
 * requires the flag --allow-all itself. Then no tree in /dev/shm could be uploaded, no
 * `-f /dev/stdin` read, and no name that is not UTF-8 opened (by /proc/self/fd).
 * tests/integration/deno/permissions_test.ts shows that. If the test fails, name the permissions
 * one by one.
 */
const PERMISSIONS = ["--allow-all", "--no-prompt"];

const [mode] = Deno.args;
await Deno.remove(BUNDLE, { recursive: true }).catch(() => {}); // the names of its files change
const bundling = ["--quiet", "--platform", "deno", "--code-splitting", "--outdir", BUNDLE];
// A bundle names its modules by their paths. Packages in Deno's cache have other paths on each
// machine.
bundling.push("--node-modules-dir=auto");
await deno(["bundle", ...bundling, "main.ts"]);
await loadNodeLate();
if (mode !== "--bundle-only") await writeCommit();
if (mode === undefined) await compile("dist/tkn-dev", []);
if (mode === "--release") {
  for (const { name } of TARGETS) await compile(`dist/tkn-dev-${name}`, ["--target", name]);
}

/**
 * The bundler gives each chunk a `require` for CommonJS packages, made by node:module, which takes
 * as long to load as the rest of the start. Puts one in its place that loads what is required at
 * its first use, for the two modules that the yaml library requires and hardly ever uses. Others
 * are real at once: a class can't extend what stands for a module. Fails if the program would still
 * load a module of Node at its start.
 */
async function loadNodeLate(): Promise<void> {
  const eager =
    /^import \{ createRequire as (\w+) \} from "node:module";\nvar __require = \1\(.*$/m;
  const late = "var __require = (name) => !/^(node:)?(buffer|process)$/.test(name) " +
    "? process.getBuiltinModule(name) : new Proxy({}, " +
    "{ get: (_, key) => process.getBuiltinModule(name)[key] });";
  for await (const { name } of Deno.readDir(BUNDLE)) {
    const text = await Deno.readTextFile(`${BUNDLE}/${name}`);
    if (eager.test(text)) await Deno.writeTextFile(`${BUNDLE}/${name}`, text.replace(eager, late));
  }
  const started = new Set(["./main.js"]);
  for (const name of started) {
    const text = await Deno.readTextFile(`${BUNDLE}/${name}`);
    for (const [, imported] of text.matchAll(/^(?:import\b[^"();]*|\} from )"([^"]+)";/gm)) {
      if (!imported.startsWith("./")) throw new Error(`${name} loads ${imported} at the start`);
      started.add(imported);
    }
  }
}

/**
 * Writes the commit into the bundle before it is compiled. The bundle itself is the same for every
 * commit with the same source: see check_bundle.ts.
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
