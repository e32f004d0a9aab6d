import { startGitDaemon } from "../../../tests/support/git_daemon.ts";
import { Link, UNLIMITED } from "../../../tests/support/link.ts";
import { commandLine } from "../../../tests/support/program.ts";
import type { Access } from "../access.ts";
import type { BenchCase } from "../bench_case.ts";
import type { Fixture } from "../fixture.ts";
import { execute, type Line, start } from "../process.ts";
import { formatMs, type Row } from "../report/row.ts";
import { figure, median, ratio } from "../report/statistics.ts";
import { checkCount, type Tree } from "../tree.ts";
import { goTree } from "../trees.ts";
import { countCommand } from "../volume_pod.ts";
import { change } from "./delta.ts";
import { addressOf } from "./slow.ts";

const FILES = 50_000;
const FILE_BYTES = 20_000;
const CHANGED = 10;

export const base: BenchCase = {
  name: "base",
  about: `--base with ${CHANGED} of ${FILES} files changed, 1 GB, from a git daemon here`,
  repeat: 3,
  async run(fixture, repeat) {
    const { name } = base;
    const tree = await goTree(fixture, { name, files: FILES, bytes: FILE_BYTES });
    await using server = await serve(fixture, tree);
    const full: number[] = [];
    const onBase: number[] = [];
    for (let round = 0; round < repeat; round++) {
      for (let at = 0; at < CHANGED; at++) await change(fileOf(tree, at * (FILES / CHANGED)));
      onBase.push((await uploadInto(fixture, { tree, server, flags: ["--base"] })).releasedMs);
      full.push((await uploadInto(fixture, { tree, server })).releasedMs);
      fixture.say(
        `       ${round + 1}/${repeat} full ${formatMs(full[round])}, base ${
          formatMs(onBase[round])
        }`,
      );
    }
    const row = { name, detail: `${formatMs(median(onBase))} and ${formatMs(median(full))}` };
    return [{
      ...row,
      what: "command to release, against our full upload",
      unit: "x",
      figure: ratio(onBase, full),
      bar: 0.5,
    }, ...await countedBytes(fixture, tree, server)];
  },
};

function fileOf(tree: Tree, at: number): string {
  return `${tree.path}/package${Math.floor(at / 100)}/file${at}.go`;
}

interface Server extends AsyncDisposable {
  readonly port: number;
}

/** Commits the tree as a server's branch, packed as a server has it, and serves it as `base`. */
async function serve(fixture: Fixture, { path }: Tree): Promise<Server> {
  const config = ["user.name=bench", "user.email=b@b", "pack.window=0"];
  const git = (...args: string[]) =>
    execute(["git", "-C", path, ...config.flatMap((one) => ["-c", one]), ...args], {
      signal: fixture.signal,
    });
  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("commit", "-q", "-m", "base");
  await git("repack", "-adq");
  await git("update-ref", "refs/remotes/origin/main", "HEAD");
  return await startGitDaemon(fixture.directory);
}

/** The node is this machine, or reaches it by its address. */
const CLONE = `#!/bin/sh
set -eu
git init -q "$DIRECTORY"
cd "$DIRECTORY"
git remote add origin "git://$HOST:$PORT/base"
git fetch -q --depth=1 origin "$REVISION"
git checkout -q FETCH_HEAD
`;

interface UploadOptions {
  readonly tree: Tree;
  readonly server: Server;
  readonly flags?: readonly string[];
  readonly access?: Access;
  readonly onHeld?: () => void;
  readonly onSent?: () => void;
}

/** Returns the time from the command line to the release. Throws if the tree is not complete. */
async function uploadInto(
  fixture: Fixture,
  { tree, server, flags = [], access = fixture.access, onHeld, onSent }: UploadOptions,
): Promise<{ releasedMs: number }> {
  const name = `${fixture.name}-clone`;
  await makeTask(fixture, name);
  const words = ["task", "upload", name, tree.path, "-w", "name=source,emptyDir="];
  let released: Line | undefined;
  const onLine = (line: Line) => {
    if (line.text.startsWith("Held at ")) onHeld?.();
    if (line.text.startsWith("Sent ")) onSent?.();
    if (line.text === "Resumed") released = line;
  };
  const running = start(
    commandLine([...words, "-p", `port=${server.port}`, "-p", "url=here", ...flags]),
    { env: { KUBECONFIG: access.path }, signal: fixture.signal, onLine },
  );
  const { code, stdout, stderr, startMs } = await running.ended;
  await fixture.removeRuns();
  if (code !== 0 || released === undefined) {
    throw new Error(`Cannot upload ${tree.name}: exit code ${code}\n${stderr}${stdout}`);
  }
  checkCount(tree, stdout);
  return { releasedMs: released.atMs - startMs };
}

function makeTask(fixture: Fixture, name: string): Promise<void> {
  const { labels, options: { gitImage: image } } = fixture;
  const path = "$(workspaces.source.path)";
  const count = `#!/bin/sh\nrm -rf ${path}/.git\n${countCommand(path)}\n`;
  const hostIP = { fieldRef: { fieldPath: "status.hostIP" } };
  return fixture.once("task of base", () =>
    fixture.apply({
      apiVersion: "tekton.dev/v1",
      kind: "Task",
      metadata: { name, labels },
      spec: {
        params: [{ name: "url" }, { name: "port" }, { name: "revision", default: "main" }],
        workspaces: [{ name: "source" }],
        results: [{ name: "commit" }],
        steps: [{
          name: "clone",
          image,
          env: [
            { name: "HOST", valueFrom: hostIP },
            { name: "PORT", value: "$(params.port)" },
            { name: "REVISION", value: "$(params.revision)" },
            { name: "DIRECTORY", value: path },
          ],
          script: CLONE,
        }, { name: "count", image, script: count }],
      },
    }));
}

/** Counts bytes in separate rounds, because counting takes time. Both are uncompressed. */
async function countedBytes(fixture: Fixture, tree: Tree, server: Server): Promise<Row[]> {
  await using link = new Link(addressOf(fixture.access.server), UNLIMITED);
  const access = await fixture.access.through(link.port);
  if (access === undefined) {
    fixture.notes.push(
      "base: bytes are not counted, the API server's certificate has no loopback.",
    );
    return [];
  }
  const count = async (...given: string[]) => {
    const flags = ["--compress=never", ...given];
    const marks: number[] = [];
    const mark = () => void marks.push(link.bytes);
    await uploadInto(fixture, { tree, server, flags, access, onHeld: mark, onSent: mark });
    return marks[1] - marks[0];
  };
  const [baseBytes, fullBytes] = [await count("--base"), await count()];
  return [{
    name: base.name,
    what: "bytes of our full upload, both ways",
    unit: "%",
    figure: figure([baseBytes / fullBytes * 100]),
    bar: 0.1,
    detail: `${(baseBytes / 1e6).toFixed(2)} MB and ${(fullBytes / 1e6).toFixed(1)} MB`,
  }];
}
