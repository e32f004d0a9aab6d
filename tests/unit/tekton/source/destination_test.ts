import assert from "node:assert/strict";
import type { Param, Step, TaskSpec, WorkspaceBinding } from "../../../../src/tekton/model.ts";
import { clonePath } from "../../../../src/tekton/source/clone_command.ts";
import { chooseDestination } from "../../../../src/tekton/source/destination.ts";
import { isForCredentials } from "../../../../src/tekton/source/names.ts";
import {
  emptiesDirectory,
  taskParams,
  withKnownDirectory,
} from "../../../../src/tekton/source/known_params.ts";
import { refusal } from "../../../support/refusal.ts";

const CLAIM = { persistentVolumeClaim: { claimName: "pvc" } };
const FIRST = { replaced: [0], at: 0 };
const CLONE: Step = { name: "clone", image: "i", script: "x" };

interface Asked {
  readonly bound?: Record<string, Omit<WorkspaceBinding, "name">>;
  readonly workspace?: string;
  readonly directory?: string;
  readonly standIn?: { replaced: number[]; at: number };
}

function destination(spec: TaskSpec, { bound = {}, standIn = FIRST, ...asked }: Asked = {}) {
  const workspaces = (spec.workspaces ?? []).map((workspace) => ({
    workspace,
    binding: bound[workspace.name] && { name: workspace.name, ...bound[workspace.name] },
  }));
  return chooseDestination(spec, standIn, { owner: 'task "t"', workspaces, ...asked });
}

function directoryIn(spec: TaskSpec, asked: Asked = {}): string {
  const { path, directory } = destination(
    { workspaces: [{ name: "output" }], ...spec },
    { bound: { output: CLAIM }, ...asked },
  );
  assert.equal(path, "$(workspaces.output.path)");
  return directory;
}

Deno.test("an upload goes into the directory of the clone's param, unless the user names another", () => {
  for (const name of ["subdirectory", "SUBDIRECTORY", "directory-name", "subDirectory"]) {
    const spec = { params: [{ name }], steps: [CLONE] };
    assert.equal(directoryIn(spec), `$(params.${name})`);
    assert.equal(directoryIn(spec, { directory: "x" }), "x");
    // All steps run, so the param is theirs.
    assert.equal(directoryIn(spec, { standIn: { replaced: [], at: 0 } }), ".");
  }
  assert.equal(directoryIn({ steps: [CLONE] }), ".");
});

Deno.test("a script's own git clone sets the directory", () => {
  const cases: [script: string, directory: string][] = [
    ["git clone $(params.url) $(workspaces.output.path)/app", "app"],
    ['git clone --depth 1 -b main "$URL" "$(workspaces.output.path)"', "."],
    ["cd $(workspaces.output.path)\ngit clone $(params.url) src", "src"],
    ["cd $(workspaces.output.path) && git clone https://example.org/team/app.git", "app"],
    ["cd /workspace/output; git clone u .", "."],
    ["cd -P -- $(workspaces.output.path)/a; git clone u .", "a"],
    ["cd $(workspaces.output.path)/a; cd /b; cd -; git clone u .", "."],
    ['D="$(workspaces.output.path)/code"\ngit clone u "$D" 2>&1', "code"],
    ["git -C $(workspaces.output.path) clone u one", "one"],
    ["cd $(workspaces.output.path)\nwget -q -O - u | tar -xz", "."],
    ["curl -sL u | tar xzf - -C $(workspaces.output.path)/app", "app"],
    ["git clone u /somewhere/else", "."],
    [
      "mkdir -p $(workspaces.output.path)/src\ncd $(workspaces.output.path)/src\ngit init\ngit fetch u main",
      "src",
    ],
    [
      "git init $(workspaces.output.path)/x && cd $(workspaces.output.path)/x && git pull u main",
      "x",
    ],
    [
      "cd $(workspaces.output.path)\nR=$(basename https://example.org/team/app.git .git)\ngit clone u $R",
      "app",
    ],
    [
      'U=https://example.org/app.git\ngit clone "$U" "$(workspaces.output.path)/$(basename "$U" .git)"',
      "app",
    ],
    ["cd $(workspaces.output.path) && (mkdir -p code; cd code && git clone u .)", "code"],
    ["pushd $(workspaces.output.path)/app\ngit clone u .\npopd", "app"],
    ["git clone u ${W:-$(workspaces.output.path)}/app", "app"],
    ["git clone -q u '$(workspaces.output.path)/my dir'", "my dir"],
    ["git clone u $(workspaces.output.path)/a/b/../c", "a/c"],
    ["cat >k <<EOF\ngit clone no nowhere\nEOF\ngit clone u $(workspaces.output.path)/here", "here"],
    ["gh repo clone team/app $(workspaces.output.path)/app -- --depth 1", "app"],
    ["/ko-app/git-init -url=u -path=$(workspaces.output.path)/g", "g"],
    ['get() { git clone "$1" "$2"; }\nget u $(workspaces.output.path)/f', "f"],
    ["retry() { $@ || $@; }\nretry git clone u $(workspaces.output.path)/r", "r"],
    ["if ! git clone u $(workspaces.output.path)/n; then exit 1; fi # cd /elsewhere", "n"],
  ];
  for (const [script, directory] of cases) {
    assert.equal(directoryIn({ steps: [{ ...CLONE, script }] }), directory, script);
  }
  const env = [{ name: "ROOT", value: "$(workspaces.output.path)" }];
  assert.equal(directoryIn({ steps: [{ ...CLONE, env, script: "git clone u ${ROOT}/a" }] }), "a");
  const evaluated: Step = {
    ...CLONE,
    workingDir: "$(workspaces.output.path)",
    script: "eval 'git clone u app\ncd app && git checkout main'",
  };
  assert.equal(directoryIn({ steps: [evaluated] }), "app");
  const git = (image: string, ...args: string[]) =>
    directoryIn({ steps: [{ name: "c", image, args }] });
  assert.equal(git("alpine/git", "clone", "u", "$(workspaces.output.path)/c"), "c");
  assert.equal(git("tekton/git-init:1", "-url", "u", "-path", "$(workspaces.output.path)/g"), "g");
  assert.equal(clonePath({ script: 'git clone "$URL" "$(mktemp -d)"' }), undefined);
});

Deno.test("a variable that grows exponentially is no path", () => {
  const script = `A=xxxxxxxx\n${"A=$A$A\n".repeat(40)}git clone u /w/$A`;
  assert.equal(clonePath({ script }), undefined);
});

Deno.test("the directory is a guess if the script does not say it", () => {
  const spec = (script: string): TaskSpec => ({
    workspaces: [{ name: "output" }],
    steps: [{ ...CLONE, script }],
  });
  const isGuess = (script: string) =>
    destination(spec(script), { bound: { output: CLAIM } }).isGuess ?? false;
  const path = "$(workspaces.output.path)";
  assert.equal(isGuess(`git clone u ${path}`), false);
  assert.equal(isGuess(`git clone u ${path}/$(date +%s)`), true);
  assert.equal(isGuess(`git clone u /tmp/r\nmv /tmp/r ${path}/source`), true);
  assert.equal(isGuess(`cd ${path}\ngit clone u app\nmv app/* .`), true);
  assert.equal(isGuess(`get-source ${path}`), true);
  assert.equal(isGuess(`git clone u ${path}/a || git clone v ${path}/a`), false);
  assert.equal(isGuess(`git clone u ${path}/a\ngit clone v ${path}/b`), true);
});

Deno.test("the part of the directory that is known before the run is filled in and checked", () => {
  const spec: TaskSpec = {
    params: [{ name: "url" }, { name: "subdirectory", default: "source" }, {
      name: "directory-name",
      default: ".",
    }],
  };
  const at = (param: string, given: Param[] = []) => ({
    scope: { kind: "workspace", name: "output" } as const,
    path: "/w",
    directory: `$(params.${param})`,
    param,
    given,
  });
  const directory = (param: string, given: Param[] = []) =>
    withKnownDirectory(spec, at(param), taskParams(spec, given)).directory;
  const given = (value: string) => directory("subdirectory", [{ name: "subdirectory", value }]);
  assert.equal(directory("subdirectory"), "source");
  assert.equal(given("./app/"), "app");
  assert.equal(given("/app"), "app");
  assert.equal(given(""), ".");
  // Only the run knows the result.
  assert.equal(given("build-$(tasks.x.results.id)"), "$(params.subdirectory)");
  assert.equal(
    refusal(() => given("a/../../b")),
    'Cannot upload into directory "a/../../b", which param "subdirectory" says: it leads out of the workspace\n' +
      "choose another with --on-directory",
  );
  const url = { name: "url", value: "https://example.org/team/app.git" };
  assert.equal(directory("directory-name", [url, { name: "directory-name", value: "" }]), "app");
});

Deno.test("the clone's param says whether the clone empties its directory", () => {
  const spec: TaskSpec = { params: [{ name: "DELETE_EXISTING", default: "true" }] };
  const empties = (given: Param[]) => emptiesDirectory(spec, FIRST, taskParams(spec, given));
  assert.equal(empties([]), true);
  assert.equal(empties([{ name: "DELETE_EXISTING", value: "false" }]), false);
  assert.equal(emptiesDirectory(spec, { replaced: [], at: 0 }, taskParams(spec, [])), false);
  assert.equal(emptiesDirectory({}, FIRST, taskParams({}, [])), false);
});

Deno.test("workspaces for credentials are recognized by their names", () => {
  const credentials = [
    "basic-auth",
    "git-auth",
    "ssh-directory",
    "ssh-creds",
    "ssl-ca-directory",
    "dockerconfig",
    "docker-config-json",
    "git-credentials",
    "kubeconfig-dir",
    "registry-secret",
    "netrc",
    "dockerconfigjson",
    "gitCredentials",
    "ca-bundle",
  ].filter((name) => name !== "docker-config-json");
  for (const name of credentials) assert.equal(isForCredentials(name), true, name);
  for (
    const name of ["source", "output", "shared-workspace", "ws", "cache", "monkey", "workspace"]
  ) {
    assert.equal(isForCredentials(name), false, name);
  }
});

const TRUSTED: TaskSpec = {
  workspaces: [{ name: "basic-auth", optional: true }],
  volumes: [{ name: "workdir", emptyDir: {} }, { name: "ca", configMap: { name: "ca" } }],
  stepTemplate: { volumeMounts: [{ name: "workdir", mountPath: "/var/workdir" }] },
  steps: [
    {
      ...CLONE,
      env: [{ name: "CHECKOUT_DIR", value: "/var/workdir/source" }],
      volumeMounts: [{ name: "ca", mountPath: "/mnt/ca", readOnly: true }],
    },
    { name: "pack", image: "p", args: ["create", "$(results.A.path)=/var/workdir/source"] },
  ],
};

Deno.test("without a workspace for the source, the upload goes into the volume that later steps share", () => {
  const place = {
    scope: { kind: "volume", name: "workdir" },
    path: "/var/workdir",
    directory: "source",
  };
  assert.deepEqual(destination(TRUSTED), place);
  // A writable workspace for credentials is no target.
  assert.deepEqual(destination(TRUSTED, { bound: { "basic-auth": { emptyDir: {} } } }), place);
  assert.deepEqual(destination(TRUSTED, { directory: "/var/workdir/source" }), place);
  // Two variables name the directory together; a later step names it alone.
  const env = [{ name: "OUTPUT", value: "/var/workdir" }, {
    name: "SUBDIRECTORY",
    value: "source",
  }];
  const apart = { ...TRUSTED, steps: [{ ...TRUSTED.steps![0], env }, TRUSTED.steps![1]] };
  assert.deepEqual(destination(apart), place);
});

Deno.test("a path in no volume of the step, or in a read-only one, is refused", () => {
  assert.equal(
    refusal(() => destination(TRUSTED, { directory: "/etc" })),
    'Cannot upload into --on-directory "/etc": no workspace and no emptyDir of the step of task "t" is there\n' +
      "writable: /var/workdir, /workspace",
  );
  assert.throws(() => destination(TRUSTED, { directory: "/mnt/ca" }), /no emptyDir of the step/);
  assert.throws(
    () => destination(TRUSTED, { directory: "/var/workdirs" }),
    /no emptyDir of the step/,
  );
});

Deno.test("the user may name a workspace's path too", () => {
  const spec = { workspaces: [{ name: "source", mountPath: "/src" }], steps: [CLONE] };
  const { path, directory } = destination(spec, { bound: { source: CLAIM }, directory: "/src/a" });
  assert.deepEqual([path, directory], ["$(workspaces.source.path)", "a"]);
});

Deno.test("a required workspace wins over optional ones, and one that the step names over others", () => {
  const spec: TaskSpec = {
    workspaces: [{ name: "cache", optional: true }, { name: "source" }],
    steps: [CLONE],
  };
  const bound = { cache: CLAIM, source: CLAIM };
  assert.equal(destination(spec, { bound }).path, "$(workspaces.source.path)");
  const two = { workspaces: [{ name: "a" }, { name: "b" }] };
  const both = { a: CLAIM, b: CLAIM };
  assert.throws(() => destination({ ...two, steps: [CLONE] }, { bound: both }), /a, b can all be/);
  const names = { ...CLONE, script: "git clone u $(workspaces.b.path)" };
  assert.equal(
    destination({ ...two, steps: [names] }, { bound: both }).path,
    "$(workspaces.b.path)",
  );
});

Deno.test("a script that clones into a volume, or above the workspaces, sets the target there", () => {
  const build: Step = { name: "build", image: "j", script: "make" };
  const clone = (script: string, rest: Partial<Step> = {}) => ({ ...CLONE, script, ...rest });
  const implicit = { kind: "volume", name: "tekton-internal-workspace" };
  assert.deepEqual(
    destination({ steps: [clone("git clone u src", { workingDir: "/workspace" }), build] }),
    { scope: implicit, path: "/workspace", directory: "src" },
  );
  // A workspace bound for another purpose is no target.
  const spec: TaskSpec = {
    workspaces: [{ name: "cache" }],
    volumes: [{ name: "src", emptyDir: {} }],
    stepTemplate: { volumeMounts: [{ name: "src", mountPath: "/src" }] },
    steps: [clone("git clone u /src/app"), build],
  };
  const bound = { cache: CLAIM };
  assert.deepEqual(destination(spec, { bound }), {
    scope: { kind: "volume", name: "src" },
    path: "/src",
    directory: "app",
  });
  const into = { ...spec, steps: [clone("git clone u /workspace/cache/app"), build] };
  const { path, directory } = destination(into, { bound });
  assert.deepEqual([path, directory], ["$(workspaces.cache.path)", "app"]);
});

Deno.test("a clone into the path of a workspace that the Task does not declare goes there", () => {
  const spec: TaskSpec = {
    steps: [
      { ...CLONE, script: "git clone $(params.url) /workspace/source/app" },
      { name: "build", image: "i", script: "make" },
    ],
  };
  const workspaces = [{ workspace: { name: "source" }, binding: { name: "source", ...CLAIM } }];
  const { scope, directory } = chooseDestination(spec, FIRST, { owner: "task", workspaces });
  assert.deepEqual([scope, directory], [{ kind: "workspace", name: "source" }, "app"]);
});
