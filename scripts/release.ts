/**
 * Writes the files of a release into dist/release/v<version>, from the programs that
 * `deno task build --release` compiled: an archive for each platform, SHA256SUMS, the bill of
 * materials, install.sh, the Task, and the manifests for krew and Homebrew.
 *
 *     deno task release --repository OWNER/NAME
 *
 * The first argument may be another directory than dist. Exits with 1 if a program is missing.
 */
import config from "../deno.json" with { type: "json" };
import { tarGz } from "./release/archive.ts";
import { renderChecksums, sha256 } from "./release/checksums.ts";
import { renderFormula } from "./release/homebrew.ts";
import { renderKrew } from "./release/krew.ts";
import { renderSbom } from "./release/sbom.ts";
import { stampInstaller, stampTask } from "./release/stamp.ts";
import { archiveName, nameInArchive, programName, TARGETS } from "./release/targets.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const REPOSITORY = /^[\w-]+\/[\w.-]+$/;
const encoder = new TextEncoder();

const at = Deno.args.indexOf("--repository");
const repository = at < 0 ? "" : Deno.args[at + 1] ?? "";
const [dist = `${ROOT}dist`] = Deno.args.filter((_, index) =>
  at < 0 || index !== at && index !== at + 1
);
if (!REPOSITORY.test(repository)) {
  say("Cannot write the release: --repository is missing\nHint: --repository OWNER/NAME\n");
  Deno.exit(2);
}
const { version } = config;
const home = `https://github.com/${repository}`;
const releases = `${home}/releases/download`;
const place = { home, files: `${releases}/v${version}`, version };
const directory = `${dist}/release/v${version}`;
await Deno.remove(`${dist}/release`, { recursive: true }).catch(() => {});
await Deno.mkdir(directory, { recursive: true });

const checksums = new Map<string, string>();
for (const target of TARGETS) {
  const program = await readProgram(`${dist}/${programName(target)}`);
  checksums.set(programName(target), await sha256(program));
  const archive = await tarGz([
    { path: nameInArchive(target), mode: 0o755, content: program },
    { path: "tkn-dev.1", mode: 0o644, content: await read("docs/reference/tkn-dev.1") },
    { path: "LICENSE", mode: 0o644, content: await read("LICENSE") },
  ]);
  await write(archiveName(target), archive);
}
await write("tkn-dev.cdx.json", encoder.encode(await sbom()));
const installer = stampInstaller(await readText("install.sh"), releases);
await write("install.sh", encoder.encode(installer));
const image = `ghcr.io/${repository.toLowerCase()}:${version}`;
const task = stampTask(await readText("tekton/task.yaml"), image);
await write("tkn-dev-task.yaml", encoder.encode(task));
await write("tkn-dev.krew.yaml", encoder.encode(renderKrew(place, checksums)));
await write("tkn-dev.rb", encoder.encode(renderFormula(place, checksums)));
await Deno.writeTextFile(`${directory}/SHA256SUMS`, renderChecksums(checksums));
say(`${directory}: ${checksums.size - TARGETS.length + 1} files\n`);

async function write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  checksums.set(name, await sha256(bytes));
  await Deno.writeFile(`${directory}/${name}`, bytes);
}

async function readProgram(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    say(`Cannot read "${path}": not found\nHint: deno task build --release\n`);
    Deno.exit(1);
  }
}

async function sbom(): Promise<string> {
  const info = JSON.parse(await output(Deno.execPath(), "info", "--json", `${ROOT}main.ts`));
  const modules: { npmPackage?: string }[] = info.modules;
  const named = modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  return renderSbom({
    lock: JSON.parse(await readText("deno.lock")),
    named: [...new Set(named)],
    licensesPage: await readText("docs/licenses.md"),
    version,
    runtime: Deno.version.deno,
    timestamp: await commitTime(),
  });
}

/** The time of the commit, in UTC. */
async function commitTime(): Promise<string> {
  const seconds = await output("git", "-C", ROOT, "log", "-1", "--format=%ct");
  return new Date(Number(seconds) * 1000).toISOString();
}

async function output(program: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(program, { args, stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}

async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(`${ROOT}${path}`);
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(`${ROOT}${path}`);
}

function say(text: string): void {
  Deno.stderr.writeSync(encoder.encode(text));
}
