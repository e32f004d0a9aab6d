/** A release of programs that are shell scripts, served on loopback, and install.sh against it. */
import assert from "node:assert/strict";
import { tarGz } from "../../../scripts/release/archive.ts";
import { renderChecksums, sha256 } from "../../../scripts/release/checksums.ts";
import {
  archiveName,
  nameInArchive,
  programName,
  type Target,
  TARGETS,
} from "../../../scripts/release/targets.ts";
import { temporaryDirectory } from "../../support/temporary.ts";
import { missing } from "../../support/tools.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
export const VERSION = "0.1.0";
const encoder = new TextEncoder();

/** The output of a program of the release. */
export function outputOf({ name }: Target, version = VERSION): string {
  return `tkn-dev ${version} for ${name}\n`;
}

/** Returns the files of a release by their names. */
export async function releaseFiles(version = VERSION): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const checksums = new Map<string, string>();
  for (const target of TARGETS) {
    const content = encoder.encode(`#!/bin/sh\nprintf '${outputOf(target, version)}'\n`);
    const archive = await tarGz([
      { path: nameInArchive(target), mode: 0o755, content },
      { path: "LICENSE", mode: 0o644, content: encoder.encode("a license\n") },
    ]);
    files.set(archiveName(target), archive);
    checksums.set(archiveName(target), await sha256(archive));
    checksums.set(programName(target), await sha256(content));
  }
  return files.set("SHA256SUMS", encoder.encode(renderChecksums(checksums)));
}

export interface ReleaseServer extends AsyncDisposable {
  readonly url: string;
  /** The paths of the requests. */
  readonly asked: string[];
}

/** Serves files by their paths below the root, such as v0.1.0/SHA256SUMS. */
function serveRelease(files: ReadonlyMap<string, Uint8Array>): ReleaseServer {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ url }) => {
    const path = new URL(url).pathname.slice(1);
    asked.push(path);
    const content = files.get(path);
    return content === undefined
      ? new Response("not found", { status: 404 })
      : new Response(content.slice());
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { url, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

export function inVersion(
  files: ReadonlyMap<string, Uint8Array>,
  version = VERSION,
): Map<string, Uint8Array> {
  return new Map([...files].map(([name, content]) => [`v${version}/${name}`, content]));
}

/** The tools of install.sh. It also needs one of curl and wget, and one of SHA256_TOOLS. */
const TOOLS = ["sed", "cut", "tar", "gzip", "mktemp", "rm", "mkdir", "cp", "mv", "chmod", "sh"];
const LOADERS = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];

export interface Machine {
  /** The outputs of `uname -s` and `uname -m`. */
  readonly system?: string;
  readonly processor?: string;
  /** Programs besides TOOLS. */
  readonly programs?: readonly string[];
  /** Programs that are scripts with this text. */
  readonly scripts?: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
}

/** The processor whose glibc this machine has, so that install.sh finds a loader. */
export const OWN_PROCESSOR = Deno.build.arch;

/** Fills a directory with the only programs of a machine, for its PATH. */
export async function makeMachine(directory: string, machine: Machine = {}): Promise<void> {
  const { system = "Linux", processor = OWN_PROCESSOR, scripts = {}, without = [] } = machine;
  const { programs = ["curl", "sha256sum"] } = machine;
  await Deno.mkdir(directory, { recursive: true });
  const paths = (Deno.env.get("PATH") ?? "").split(":");
  const linked = [...TOOLS, ...programs].filter((one) => !without.includes(one));
  for (const program of linked.filter((one) => !Object.hasOwn(scripts, one))) {
    const place = paths.find((path) => missing(`${path}/${program}`).length === 0);
    if (place === undefined) throw new Error(`${program} is not on this machine`);
    await Deno.symlink(`${place}/${program}`, `${directory}/${program}`);
  }
  const uname = `case $1 in -s) echo '${system}' ;; *) echo '${processor}' ;; esac`;
  for (const [name, text] of Object.entries({ uname, ...scripts })) {
    // createNew: never through a link to a program of this machine.
    const options = { mode: 0o755, createNew: true };
    await Deno.writeTextFile(`${directory}/${name}`, `#!/bin/sh\n${text}\n`, options);
  }
}

export interface Installed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface InstallOptions {
  /** A directory of `makeMachine`. */
  readonly path: string;
  readonly home: string;
  readonly env?: Record<string, string>;
  /** The words that run the script; dash or another /bin/sh otherwise. */
  readonly shell?: readonly string[];
  readonly script?: string;
  /** Another user than that of the test. */
  readonly uid?: number;
}

export async function install(
  args: readonly string[],
  { path, home, env, shell = ["/bin/sh"], script = `${ROOT}install.sh`, uid }: InstallOptions,
): Promise<Installed> {
  const [program, ...words] = shell;
  const command = new Deno.Command(program, {
    args: [...words, script, ...args],
    env: { PATH: path, HOME: home, TMPDIR: home, ...env },
    clearEnv: true,
    stdin: "null",
    uid,
    cwd: home,
    signal: AbortSignal.timeout(30_000),
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.umask(0o022); // another user reads what is written here

/** The programs that the tests themselves need. */
export const NEEDS = ["curl", "sha256sum", "tar", "gzip", "mktemp"];
export const OWN = TARGETS.find(({ os, name }) =>
  os === "linux" && name.startsWith(OWN_PROCESSOR)
)!;
/** A user who may write only where a test says so. */
export const NOBODY = 65534;

export async function namesIn(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name);
}

export interface Stage extends InstallOptions {
  readonly to: string;
  readonly server: ReleaseServer;
}

/** Runs a test with a release on loopback, and with a machine whose home is empty. */
export async function onMachine(
  machine: Machine & { files?: ReadonlyMap<string, Uint8Array> },
  run: (stage: Stage) => Promise<void>,
): Promise<void> {
  using place = temporaryDirectory();
  await using server = serveRelease(machine.files ?? inVersion(await releaseFiles()));
  const stage = { path: `${place.path}/bin`, home: `${place.path}/home`, server };
  await Deno.mkdir(stage.home);
  await makeMachine(stage.path, machine);
  await run({ ...stage, to: `${stage.home}/.local/bin` });
  const left = await namesIn(stage.home);
  assert.deepEqual(left.filter((name) => name !== ".local"), [], "a temporary file is left");
}

export async function runProgram(path: string): Promise<string> {
  return new TextDecoder().decode((await new Deno.Command(path).output()).stdout);
}

function hasLoader(): boolean {
  return missing(...LOADERS).length < LOADERS.length;
}

/** install.sh looks for the loader of glibc. */
export const options = { ignore: Deno.build.os !== "linux" || !hasLoader() };
