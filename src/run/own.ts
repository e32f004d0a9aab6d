/** What this program writes onto the objects that it creates, and recognizes them by later. Pure. */
import type { KubeObject } from "../kube/interface.ts";
import { VERSION } from "../version.ts";

/** On every run, temporary object, probe run and resolution request. A run hands it down to its pods. */
export const OWN_LABEL = "tkn-dev/version";
export const OWN_LABELS: Readonly<Record<string, string>> = { [OWN_LABEL]: VERSION };

/** Annotations. */
const MARK = "tkn-dev/invocation";
const RUN = "tkn-dev/run";
const SECONDS = "tkn-dev/seconds";

/** As long as an object that no run uses may be needed: creating a run, or an answer, ends sooner. */
const NEEDED_SECONDS = 240;

/** An object with a name that is known before it is created. */
export type Named<T extends KubeObject> = T & { metadata: { name: string } };

/**
 * The object with a name, and with a mark that no other object has: one that is found under the name
 * and has the mark was created by this very request. It names the object, for Tekton copies the
 * annotations of a Pipeline or Task onto runs.
 */
export function marked<T extends KubeObject>(
  object: T,
  { kind, mark, random }: { kind: string; mark: string; random: (length: number) => string },
): Named<T> {
  const { name = generatedName(object.metadata.generateName ?? "", random) } = object.metadata;
  const annotations = { ...object.metadata.annotations, [MARK]: `${kind}/${name}/${mark}` };
  return { ...object, metadata: { ...object.metadata, name, annotations } };
}

/** The mark of an object of that kind; undefined for none, or another object's. */
export function markOf(kind: string, { metadata }: KubeObject): string | undefined {
  const [, own, name, mark] = /^(\w+)\/([^/]+)\/(\w+)$/.exec(metadata.annotations?.[MARK] ?? "") ??
    [];
  return own === kind && name === metadata.name ? mark : undefined;
}

/** What is of use to this program alone, and for a short time: `run` is the one that refers to it. */
export function temporary<T extends KubeObject>(object: T, run?: Named<KubeObject>): T {
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, ...OWN_LABELS },
      annotations: {
        ...annotations,
        [SECONDS]: String(NEEDED_SECONDS),
        ...(run === undefined ? {} : { [RUN]: `${run.kind}/${run.metadata.name}` }),
      },
    },
  };
}

export interface Temporary {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly neededUntilMs: number;
  readonly mark: string;
  /** The run that refers to it, if any. */
  readonly run?: { readonly kind: string; readonly name: string };
}

/** What `temporary` and `marked` wrote onto an object of that kind; undefined where they did not. */
export function readTemporary(kind: string, object: KubeObject): Temporary | undefined {
  const { annotations = {}, labels, creationTimestamp } = object.metadata;
  const { [SECONDS]: seconds = "", [RUN]: run = "" } = annotations;
  const mark = markOf(kind, object);
  const createdMs = Date.parse(creationTimestamp ?? "");
  const isOwn = labels?.[OWN_LABEL] !== undefined && /^\d{1,9}$/.test(seconds);
  if (!isOwn || mark === undefined || Number.isNaN(createdMs)) return undefined;
  const [, runKind, runName] = /^(PipelineRun|TaskRun)\/(.+)$/.exec(run) ?? [];
  return {
    neededUntilMs: createdMs + Number(seconds) * 1000,
    mark,
    run: runKind === undefined ? undefined : { kind: runKind, name: runName },
  };
}

/** Without what this program wrote itself. */
export function withoutOwn(words: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(words).filter(([key]) => !key.startsWith("tkn-dev/")));
}

/** The API server's own rule: k8s.io/apiserver/pkg/storage/names/generate.go. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const LONGEST_BASE = 58;
const SUFFIX_LENGTH = 5;

function generatedName(base: string, random: (length: number) => string): string {
  const suffix = Array.from(
    random(SUFFIX_LENGTH),
    (character) => ALPHABET[parseInt(character, 36) % ALPHABET.length],
  );
  return base.slice(0, LONGEST_BASE) + suffix.join("");
}
