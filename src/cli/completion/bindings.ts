/** Completes the binding of a workspace: `name=source,claimName=pvc,subPath=`. */
import { SOURCES } from "../workspace_flag.ts";
import type { Candidate, Completed } from "./completed.ts";
import { definition } from "./look_up.ts";
import type { Names, ObjectKind } from "./names.ts";
import type { TypedWords } from "./typed_words.ts";

/** The text beside each source. */
const SOURCE_TEXTS: Readonly<Record<string, string>> = {
  claimName: "a PersistentVolumeClaim",
  volume: "a new volume of this size",
  emptyDir: "a directory that ends with the pod",
  volumeClaimTemplateFile: "a file with a claim for a new volume",
  csiFile: "a file with a CSI volume",
  config: "a ConfigMap",
  secret: "a Secret",
};

/** Keys that go with any source, or with some. */
const MORE: Readonly<Record<string, { text: string; with?: readonly string[] }>> = {
  subPath: { text: "a directory in the volume" },
  storageClass: { text: "the class of the new volume", with: ["volume"] },
  accessMode: { text: "the access mode of the new volume", with: ["volume"] },
  item: { text: "a key and its path: item=key=path", with: ["config", "secret"] },
};

const OBJECTS: Readonly<Record<string, ObjectKind>> = {
  claimName: "claims",
  config: "config maps",
  secret: "secrets",
  storageClass: "storage classes",
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  volume: ["500Mi", "1Gi", "5Gi"],
  accessMode: ["ReadWriteOnce", "ReadWriteMany", "ReadWriteOncePod"],
  emptyDir: ["", "Memory"],
};

export async function completeBinding(typed: TypedWords, names: Names): Promise<Completed> {
  const { current } = typed;
  const text = current.kind === "value" ? current.text : "";
  const comma = text.lastIndexOf(",") + 1;
  const done = text.slice(0, comma);
  const [key, value] = cut(text.slice(comma));
  const given = done.split(",").map((field) => cut(field)[0]);
  const found = value === undefined
    ? await keys(given, typed, names)
    : await values(key, typed, names);
  const candidates = found.candidates.map((one) => ({ ...one, word: done + one.word }));
  return { ...found, candidates };
}

/** The keys that may follow; first of all, the names of the workspaces. */
async function keys(given: readonly string[], typed: TypedWords, names: Names): Promise<Completed> {
  const isNamed = given.includes("name");
  const hasSource = given.some((key) => SOURCES.includes(key));
  const named = isNamed ? [] : (await values("name", typed, names)).candidates;
  if (!isNamed && named.length === 0) return { candidates: [{ word: "name=" }], isStart: true };
  const sources = SOURCES.map((key): Candidate => ({ word: `${key}=`, text: SOURCE_TEXTS[key] }));
  const more = Object.entries(MORE)
    .filter(([key, { with: needed }]) =>
      (needed === undefined || needed.some((one) => given.includes(one))) &&
      (key === "item" || !given.includes(key))
    )
    .map(([key, { text }]): Candidate => ({ word: `${key}=`, text }));
  const candidates = isNamed ? hasSource ? more : sources : named;
  return { candidates, isStart: true, isOrdered: true };
}

async function values(key: string, typed: TypedWords, names: Names): Promise<Completed> {
  if (key === "name") {
    const found = (await definition(typed, names))?.workspaces ?? [];
    const bound = (typed.flags.get("workspace") ?? []).flatMap((one) => one.split(","));
    const candidates = found.filter(({ name }) => !bound.includes(`name=${name}`))
      .map(({ name, text }): Candidate => ({ word: `name=${name},`, text }));
    return { candidates, isStart: true };
  }
  if (key.endsWith("File")) return { candidates: [], files: "files" };
  const found = key in OBJECTS
    ? await names.objects(OBJECTS[key])
    : (WORDS[key] ?? []).map((word): Candidate => ({ word }));
  const candidates = found.map(({ word, text }) => ({ word: `${key}=${word}`, text }));
  return { candidates, isOrdered: key in WORDS };
}

function cut(field: string): [key: string, value: string | undefined] {
  const equals = field.indexOf("=");
  return equals < 0 ? [field, undefined] : [field.slice(0, equals), field.slice(equals + 1)];
}
