/**
 * Checks that imports follow the table below and have no cycles, type-only imports included. It
 * also checks that few modules and no library are loaded at the start, so that help is fast;
 * commands load the other modules when they need them.
 */
import { importCycles } from "./check_imports/cycles.ts";

/** Each part of src, and the parts whose modules it may import. */
const ALLOWED: Record<string, string[]> = {
  "main": ["app", "deno", "printable"],
  "app": ["commands", "cli", "errors", "host", "printable"],
  "commands": [
    "run",
    "transfer",
    "resolve",
    "registry",
    "cleanup",
    "hold",
    "objects",
    "view",
    "tekton",
    "tree",
    "step",
    "kube",
    "cli",
    "events",
    "async",
    "errors",
    "host",
    "printable",
    "shape",
    "version",
  ],
  "commands/sandbox": ["sandbox", "cli", "errors", "host", "printable"],
  "run": [
    "transfer",
    "resolve",
    "cleanup",
    "hold",
    "objects",
    "tekton",
    "tree",
    "step",
    "kube",
    "events",
    "async",
    "errors",
    "host",
  ],
  "transfer": [
    "hold",
    "tekton",
    "tree",
    "step",
    "kube",
    "events",
    "async",
    "errors",
    "host",
    "path_bytes",
  ],
  "resolve": [
    "cleanup",
    "objects",
    "registry",
    "tekton",
    "tree",
    "kube",
    "events",
    "async",
    "errors",
    "host",
  ],
  "registry": ["errors", "host", "shape"],
  "cleanup": ["hold", "objects", "tekton", "kube", "errors", "host"],
  "hold": ["objects", "tekton", "step", "kube", "async", "errors", "host"],
  "objects": ["tekton", "step", "kube", "async", "errors", "host", "version"],
  "view": ["events", "tekton", "errors", "printable"],
  "cli": ["errors", "printable"],
  "tekton": ["step", "kube/interface", "errors", "shape"],
  "tree": ["errors", "host", "concat", "path_bytes", "async/bell"],
  "step": ["errors", "path_bytes"],
  "kube": ["async/scope", "errors", "path_bytes", "shape"],
  "kube/interface": ["shape"],
  "deno": ["kube", "errors", "host", "path_bytes", "printable", "version"],
  "sandbox": [
    "kube/frames",
    "kube/interface",
    "kube/spdy/frames",
    "kube/spdy/headers",
    "tekton/model",
    "tekton/pod",
    "async/bell",
  ],
  "async": ["host", "kube/status"],
  "events": [],
  "host": ["kube/interface", "printable"],
  "errors": [],
  "path_bytes": ["concat"],
  "concat": [],
  "printable": [],
  "shape": [],
  "version": [],
};

/** Folders of one part, from the bottom up. Each may import only itself and those below. */
const LAYERS = ["sandbox/store", "sandbox/node", "sandbox/tekton", "sandbox/api"];

/**
 * The modules that are loaded at every start. All others are loaded by an import() of the command,
 * or of the call, that needs them.
 */
const START = [
  "main",
  "app",
  "cli",
  "commands/output/color",
  "commands/output/print_error",
  "concat",
  "deno",
  "errors",
  "host",
  "path_bytes",
  "printable",
  "version",
  "view/error",
  "view/text/control_filter",
  "view/text/sanitize",
  "view/text/style",
];

/** The modules and folders that may import each library, so that a change of it stays small. */
const LIBRARIES: Record<string, string | readonly string[]> = {
  "@peculiar/x509": "sandbox/api/certificate",
  "diff": "view/diff",
  "socks": "deno/network/dial/socks_tunnel",
  "oauth4webapi": "deno/network/kubeconfig/oidc",
  "string-argv": "commands/options/send_flags",
  "string-width": "view/text/width",
  "ws": "deno/network/websocket",
  "yaml": ["commands/manifests/yaml", "deno/network/kubeconfig"],
};

interface Module {
  specifier: string;
  dependencies?: { specifier: string; code?: Target; type?: Target; isDynamic?: boolean }[];
}

interface Target {
  specifier?: string;
}

const root = new URL("../", import.meta.url).href;
const problems: string[] = [];
const modules = (await graph()).filter(({ specifier }) => specifier.startsWith(root));
modules.forEach(check);
checkStart(modules);
problems.push(...importCycles(importsOf(modules)).map((path) => `a cycle: ${path.join(" -> ")}`));
await Deno.stderr.write(new TextEncoder().encode(problems.map((one) => `${one}\n`).join("")));
Deno.exit(problems.length === 0 ? 0 : 1);

/** Returns every module that main.ts reaches, as the runtime reads their imports. */
async function graph(): Promise<Module[]> {
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json", `${root}main.ts`] });
  const { stdout } = await command.output();
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

function check(module: Module): void {
  const from = moduleName(module.specifier);
  for (const { specifier, code, type } of module.dependencies ?? []) {
    if (!specifier.startsWith(".")) checkLibrary(from, specifier);
    else checkOwn(from, moduleName((code ?? type)?.specifier ?? specifier));
  }
}

function checkOwn(from: string, to: string): void {
  const [layer, other] = [from, to].map((name) => LAYERS.findIndex((one) => isOwner(one, name)));
  if (layer >= 0 && other > layer) problems.push(`${from} may not import ${to}, a layer above`);
  if (partOf(to) === partOf(from)) return;
  const allowed = ALLOWED[from] ?? ALLOWED[partOf(from)];
  if (allowed === undefined) problems.push(`${from}: the table has no row for it`);
  else if (!allowed.some((one) => one === to || one === partOf(to))) {
    problems.push(`${from} may not import ${to}`);
  }
}

function checkLibrary(from: string, specifier: string): void {
  if (specifier.startsWith("node:")) return;
  const library = /^npm:((?:@[^/]+\/)?[^@/]+)@\d+\.\d+\.\d+(\/.*)?$/.exec(specifier)?.[1];
  if (library === undefined) {
    problems.push(`${from}: "${specifier}" is neither relative, node: nor npm:name@exact`);
  } else if (!isOwner(LIBRARIES[library], from)) {
    problems.push(
      `${from}: the library ${library} belongs to ${LIBRARIES[library] ?? "no module"}`,
    );
  }
}

/** Returns the project's modules that each module imports, types included. */
function importsOf(modules: Module[]): Map<string, string[]> {
  return new Map(modules.map(({ specifier, dependencies = [] }) => [
    moduleName(specifier),
    dependencies.flatMap(({ specifier, code, type }) => {
      const target = (code ?? type)?.specifier;
      return specifier.startsWith(".") && target !== undefined ? [moduleName(target)] : [];
    }),
  ]));
}

/**
 * Checks the modules that are loaded before the command line is parsed: all except those behind an
 * import().
 */
function checkStart(modules: Module[]): void {
  const started = new Set([`${root}main.ts`]);
  for (const reached of started) {
    const { dependencies = [] } = modules.find(({ specifier }) => specifier === reached) ?? {};
    for (const { specifier, code, isDynamic } of dependencies) {
      if (code?.specifier === undefined || isDynamic) continue;
      const module = moduleName(code.specifier);
      if (START.includes(module) || START.includes(partOf(module))) started.add(code.specifier);
      else problems.push(`${moduleName(reached)}: ${specifier} would be loaded at every start`);
    }
  }
}

/** Whether the module is an owner, or in a folder that is one. */
function isOwner(owners: string | readonly string[] = [], module: string): boolean {
  return [owners].flat().some((owner) => module === owner || module.startsWith(`${owner}/`));
}

/** "src/kube/client.ts" is "kube/client", "main.ts" is "main". */
function moduleName(specifier: string): string {
  return specifier.replace(root, "").replace(/^src\//, "").replace(/\.\w+$/, "");
}

function partOf(module: string): string {
  return module.split("/")[0];
}
