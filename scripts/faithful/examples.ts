/**
 * Makes cases for scripts/faithful.ts from Tekton's own examples: one file for each PipelineRun and
 * TaskRun in SOURCE, with the objects that it needs, changed so that busybox is the only image.
 *
 *     deno task examples [--claim=NAME] SOURCE TARGET
 *
 * With --claim all volumes are folders of that existing claim, because a volumeClaimTemplate takes
 * a volume for each run. The script skips examples that cannot run on such a cluster and prints
 * why.
 */
import { parseAllDocuments, stringify } from "npm:yaml@2.9.1";
import type { KubeObject } from "../../src/kube/interface.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A run and the objects in its file. */
interface Example {
  readonly file: string;
  readonly run: KubeObject;
  readonly others: KubeObject[];
}

const IMAGE = "localhost/busybox:1";
/** For steps that run their image's entrypoint. This entrypoint prints its arguments. */
const ENTRYPOINT_IMAGE = "localhost:5000/entrypoint-shell:1";
const PLAIN_IMAGES = /(^|\/)(alpine|bash|busybox|ubuntu|nop-[0-9a-f]+)([:@].*)?$/;
/** Images of steps that are dropped if their Task has other steps. */
const OTHER_LANGUAGES = /(^|\/)(node|perl|python)([:@].*)?$/;
const IMAGE_PARAM = /^\$\(params\.([\w-]+)\)$/;

const KINDS = new Set([
  "Task",
  "Pipeline",
  "StepAction",
  "ConfigMap",
  "Secret",
  "ServiceAccount",
  "PersistentVolumeClaim",
]);

/** The fields below which `name` refers to an object. */
const REFERENCES: Record<string, string> = {
  taskRef: "Task",
  pipelineRef: "Pipeline",
  ref: "StepAction",
  configMap: "ConfigMap",
  configMapKeyRef: "ConfigMap",
  configMapRef: "ConfigMap",
  secret: "Secret",
  secretKeyRef: "Secret",
  secretRef: "Secret",
  secrets: "Secret",
};

/** The fields whose value is itself a name; a param's value may name a volume. */
const NAMES: Record<string, string[]> = {
  secretName: ["Secret"],
  serviceAccountName: ["ServiceAccount"],
  claimName: ["PersistentVolumeClaim"],
  value: ["ConfigMap", "Secret"],
};

const REASONS: [RegExp, string][] = [
  [/"resolver":/, "refers to a resolver"],
  [/"(stdoutConfig|stderrConfig|cel|enum)":|artifacts\.path\)/, "needs a feature flag"],
  [/"(nodeSelector|nodeAffinity)":/, "needs a node of another kind"],
  [/urandom|date( \+%| \|)/, "prints something else each time"],
];

const [source, target] = Deno.args.filter((arg) => !arg.startsWith("--"));
const claim = Deno.args.find((arg) => arg.startsWith("--claim="))?.slice("--claim=".length);
const examples = (await listFiles(source)).flatMap(({ name, text }) => readExamples(name, text));
const leftOut = new Map<string, string[]>();
const kept = examples.filter((example) => {
  const why = whyNot(example);
  if (why !== undefined) leftOut.set(why, [...leftOut.get(why) ?? [], example.file]);
  return why === undefined;
});
await Deno.mkdir(target, { recursive: true });
const cases = kept.map((example, at) => [example.file, caseOf(example, at)]);
await Promise.all(cases.map(([file, text]) => Deno.writeTextFile(`${target}/${file}.yaml`, text)));
say(`${cases.length} written`);
for (const [why, files] of [...leftOut].sort(([a], [b]) => a < b ? -1 : 1)) {
  say(`${files.length} left out: ${why}\n    ${files.join("\n    ")}`);
}

function readExamples(name: string, text: string): Example[] {
  const objects = parseAllDocuments(text).map((one) => one.toJS() as Json).filter(Boolean)
    .map((one) => withoutOtherLanguages(one) as unknown as KubeObject);
  const isRun = ({ kind }: KubeObject) => kind === "PipelineRun" || kind === "TaskRun";
  const others = objects.filter((one) => !isRun(one));
  return objects.filter(isRun).map((run, at) => ({
    file: at === 0 ? name : `${name}-${at + 1}`,
    run,
    others,
  }));
}

function whyNot({ run, others }: Example): string | undefined {
  const kind = others.map((one) => one.kind!).find((kind) => !KINDS.has(kind));
  if (kind !== undefined) return `needs a ${kind}`;
  const text = JSON.stringify([...others, run]);
  const image = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image)
    .find((image) => !PLAIN_IMAGES.test(image) && !IMAGE_PARAM.test(image));
  if (image !== undefined) return `needs the image ${image.replace(/[:@].*/, "")}`;
  return REASONS.find(([pattern]) => pattern.test(text))?.[1];
}

function caseOf({ file, run, others }: Example, at: number): string {
  const renamed = others.filter((one) => isElsewhere(one, file));
  const objects = [...others, run].map((one) => {
    const changed = withPlainImages(toJson(one), imageParamsOf([...others, run]));
    const named = withNames(changed, renamed, at) as unknown as KubeObject;
    return claim === undefined ? named : withClaim(named, claim, file);
  }).filter((one) => claim === undefined || one.kind !== "PersistentVolumeClaim");
  for (const object of objects) {
    const { metadata } = object;
    if (object.kind === "StepAction") Object.assign(object, { apiVersion: "tekton.dev/v1beta1" });
    if (renamed.some((one) => one.kind === object.kind && one.metadata.name === metadata.name)) {
      metadata.name = `${metadata.name}-${at}`;
    }
  }
  const own = objects.at(-1)!;
  const { name, ...metadata } = own.metadata;
  own.metadata = { generateName: `${name}-`, ...metadata }; // the object exists twice
  const documents = objects.map((one) => stringify(one, { lineWidth: 0 }));
  return `# Of Tekton's examples: ${file}\n# inline or by objects\n${documents.join("---\n")}`;
}

/** Cases run at the same time in one namespace. */
function isElsewhere(object: KubeObject, file: string): boolean {
  return kept.some((example) =>
    example.file !== file &&
    example.others.some((one) =>
      one.kind === object.kind && one.metadata.name === object.metadata.name
    )
  );
}

/** The params that name images. */
function imageParamsOf(objects: KubeObject[]): string[] {
  return [...JSON.stringify(objects).matchAll(/"image":"([^"]+)"/g)]
    .flatMap(([, image]) => image.match(IMAGE_PARAM)?.[1] ?? []);
}

function withoutOtherLanguages(value: Json, key = ""): Json {
  if (Array.isArray(value)) {
    const kept = value.filter((one) => !isOtherLanguage(one));
    return key === "steps" && kept.length > 0
      ? kept
      : value.map((one) => withoutOtherLanguages(one));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withoutOtherLanguages(one, key)]),
  );
}

function isOtherLanguage(step: Json): boolean {
  const { image } = step as { image?: string };
  return typeof image === "string" && OTHER_LANGUAGES.test(image);
}

/** Replaces all images by busybox and all shells by its shell. */
function withPlainImages(value: Json, params: string[]): Json {
  if (Array.isArray(value)) return value.map((one) => withPlainImages(one, params));
  if (typeof value !== "object" || value === null) return value;
  const changed = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withPlainImages(one, params)]),
  );
  const { name, image, command, script } = changed;
  if (typeof image === "string" && PLAIN_IMAGES.test(image)) {
    const works = command !== undefined || script !== undefined;
    changed.image = works ? IMAGE : ENTRYPOINT_IMAGE;
  }
  if (typeof script === "string") changed.script = withPlainShell(script);
  if (Array.isArray(command) && command[0] === "/bin/bash") {
    changed.command = ["/bin/sh", ...command.slice(1)];
  }
  if (typeof name === "string" && params.includes(name)) {
    if (changed.value !== undefined) changed.value = IMAGE;
    if (changed.default !== undefined) changed.default = IMAGE;
  }
  return changed;
}

function withPlainShell(script: string): string {
  return script
    .replace(/^#!(\/usr\/bin\/env |\/bin\/)(bash|ash|sh)$/m, "#!/bin/sh")
    // Replaces what only bash has: strings in arithmetic, and comparisons of two of them.
    .replace(/\$\(\( .* \)\)/g, (sum) => sum.replaceAll('"', ""))
    .replace(
      /diff=\$\(diff <\(printf "%s\\n" "\$\{VALUE\[@\]\}"\) <\(printf .*\)\)$/m,
      'diff=; [ "$VALUE" = "$EXPECTED" ] || diff=other',
    );
}

/** Changes references to the objects that get another name. */
function withNames(value: Json, renamed: KubeObject[], at: number, key = ""): Json {
  const isOne = (kinds: string[], name: Json) =>
    renamed.some((one) => kinds.includes(one.kind!) && one.metadata.name === name);
  if (typeof value === "string") return isOne(NAMES[key] ?? [], value) ? `${value}-${at}` : value;
  if (Array.isArray(value)) return value.map((one) => withNames(one, renamed, at, key));
  if (typeof value !== "object" || value === null) return value;
  const changed = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withNames(one, renamed, at, key)]),
  );
  if (isOne([REFERENCES[key]], value.name)) changed.name = `${value.name}-${at}`;
  return changed;
}

/** Turns a run's claims and templates into folders of one claim. */
function withClaim(object: KubeObject, claim: string, file: string): KubeObject {
  const run = object as KubeObject & { spec?: { workspaces?: Record<string, unknown>[] } };
  if (object.kind !== "PipelineRun" && object.kind !== "TaskRun") return object;
  const workspaces = run.spec?.workspaces?.map(
    ({ volumeClaimTemplate, persistentVolumeClaim, ...workspace }) => {
      const old = persistentVolumeClaim as { claimName: string } | undefined;
      if (old === undefined && volumeClaimTemplate === undefined) return workspace;
      const folder = [file, old?.claimName ?? workspace.name, workspace.subPath].filter(Boolean);
      const subPath = folder.join("/");
      return { ...workspace, persistentVolumeClaim: { claimName: claim }, subPath };
    },
  );
  return { ...run, spec: { ...run.spec, ...(workspaces === undefined ? {} : { workspaces }) } };
}

function toJson(object: KubeObject): Json {
  return JSON.parse(JSON.stringify(object));
}

/** Returns the YAML files below a folder, named by their path in it. */
async function listFiles(folder: string, prefix = ""): Promise<{ name: string; text: string }[]> {
  const found: { name: string; text: string }[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    const plain = `${prefix}${name.replace(/\.ya?ml$/, "")}`;
    if (isDirectory) found.push(...await listFiles(path, `${plain}-`));
    else if (/\.ya?ml$/.test(name)) {
      found.push({ name: plain, text: await Deno.readTextFile(path) });
    }
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
