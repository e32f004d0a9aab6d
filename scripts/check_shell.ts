/**
 * Runs shellcheck and shfmt on every shell script in git's index or work tree, and finds functions
 * that are called before their definition. Exits with 1 on findings.
 */
import { calledTooEarly } from "./check_shell/call_order.ts";

const decoder = new TextDecoder();

/** Returns the files with a shell's shebang or the ending .sh, by dialect. */
async function shellScripts(): Promise<{ posix: string[]; bash: string[] }> {
  const git = new Deno.Command("git", { args: ["ls-files", "-coz", "--exclude-standard"] });
  const listed = await git.output();
  if (!listed.success) throw new Error(decoder.decode(listed.stderr));
  const scripts = { posix: [] as string[], bash: [] as string[] };
  for (const path of new Set(decoder.decode(listed.stdout).split("\0").filter(Boolean))) {
    const dialect = /\.bash$/.test(path) ? "bash" : await dialectOf(path);
    if (dialect) scripts[dialect].push(path);
  }
  return scripts;
}

async function dialectOf(path: string): Promise<"posix" | "bash" | undefined> {
  const shebang = /^#! *\S*\/(?:env +)?(\w+)/.exec(await firstBytes(path));
  if (shebang?.[1] === "bash") return "bash";
  if (shebang?.[1] === "sh" || path.endsWith(".sh")) return "posix";
}

/** "" for a path that is not a file: deleted but still in the index, or a submodule. */
async function firstBytes(path: string): Promise<string> {
  const isFile = await Deno.lstat(path).then((info) => info.isFile, () => false);
  if (!isFile) return "";
  using file = await Deno.open(path);
  const bytes = new Uint8Array(128);
  return decoder.decode(bytes.subarray(0, await file.read(bytes) ?? 0));
}

/**
 * Shows the program's output and returns whether it succeeded. Debian has both programs as packages
 * of the same name.
 */
async function passes(program: "shellcheck" | "shfmt", args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "inherit", stderr: "inherit" }).spawn()
      .status).success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const text = `Cannot run "${program}": not found. Install the Debian package ${program}.\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
    return false;
  }
}

const scripts = await shellScripts();
const all = [...scripts.posix, ...scripts.bash];
const clean = [all.length === 0 || await passes("shellcheck", ["-x", "--", ...all])];
for (const dialect of ["posix", "bash"] as const) {
  const style = ["-d", "-i", "2", "-ci", "-ln", dialect, "--"];
  if (scripts[dialect].length > 0) {
    clean.push(await passes("shfmt", [...style, ...scripts[dialect]]));
  }
}
for (const path of all) {
  const found = calledTooEarly(await Deno.readTextFile(path));
  clean.push(found.length === 0);
  for (const what of found) {
    Deno.stderr.writeSync(new TextEncoder().encode(`${path}: ${what}\n`));
  }
}
Deno.exit(clean.every(Boolean) ? 0 : 1);
