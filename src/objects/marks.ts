/** Labels and annotations that mark an object as created by this program. Pure. */
import type { KubeObject, Named } from "../kube/interface.ts";
import { isRunKind, type RunName } from "../tekton/model.ts";
import { HOLDS_LABELS, HOLDS_VARIABLE, INVOCATION } from "../step/copies.ts";
import { VERSION } from "../version.ts";

/**
 * The label of every run, temporary object, probe run and resolution request. Tekton copies it from
 * a run to its pods.
 */
export const OWN_LABEL = "tkn-dev/version";
export const OWN_LABELS: Readonly<Record<string, string>> = { [OWN_LABEL]: VERSION };
/** The labels of every run that holds. */
export const HELD_LABELS: Readonly<Record<string, string>> = { ...OWN_LABELS, ...HOLDS_LABELS };

/**
 * Returns whether the run is a copy of one that held, made by another client: it has gates, and
 * fails at once.
 */
export function isCopy(run: KubeObject): boolean {
  return !holdsSteps(run) && JSON.stringify(run.spec ?? {}).includes(`"${HOLDS_VARIABLE}"`);
}

/** Returns whether the run has gates, by its label. */
export function holdsSteps({ metadata: { labels = {} } }: KubeObject): boolean {
  return Object.entries(HOLDS_LABELS).every(([key, value]) => labels[key] === value);
}

/** The mark's annotation: `KIND/NAME/MARK` or `KIND/NAME/MARK/SECONDS`. */
const MARK = INVOCATION;
/** On a temporary object, the run that refers to it: `KIND/NAME`. */
const RUN = "tkn-dev/run";

/**
 * The time for which a temporary object may be needed without a run that uses it: longer than it
 * takes to create a run, or to await an answer.
 */
const NEEDED_SECONDS = 240;

export interface Marking {
  readonly kind: string;
  readonly mark: string;
  readonly random: (length: number) => string;
  /** Only this program uses the object, and only for a short time. */
  readonly isTemporary?: boolean;
  /** The run that refers to the object. */
  readonly run?: Named;
}

/**
 * Returns the object with a name, and with a mark that no other object has: an object found under
 * that name with that mark was created by this request. The annotation also names the object,
 * because Tekton copies annotations from a Pipeline or Task to runs, and users copy objects.
 */
export function marked<T extends KubeObject>(
  object: T,
  { kind, mark, random, isTemporary = false, run }: Marking,
): Named<T> {
  const { metadata } = object;
  const { name = generatedName(metadata.generateName ?? "", random) } = metadata;
  const parts = [kind, name, mark, ...(isTemporary ? [NEEDED_SECONDS] : [])];
  const annotations = {
    ...metadata.annotations,
    [MARK]: parts.join("/"),
    ...(run === undefined ? {} : { [RUN]: `${run.kind}/${run.metadata.name}` }),
  };
  const labels = isTemporary ? { labels: { ...metadata.labels, ...OWN_LABELS } } : {};
  return { ...object, metadata: { ...metadata, name, annotations, ...labels } };
}

/** Returns the object's mark; undefined if it has no mark, or one copied from another object. */
export function markOf(kind: string, object: KubeObject): string | undefined {
  return readMark(kind, object)?.mark;
}

function readMark(kind: string, { metadata: { name, annotations = {} } }: KubeObject) {
  const [markedKind, markedName, mark, seconds] = (annotations[MARK] ?? "").split("/");
  return markedKind === kind && markedName === name ? { mark, seconds } : undefined;
}

export interface Temporary {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly neededUntilMs: number;
  readonly mark: string;
  /** The run that refers to the object, if any. */
  readonly run?: RunName;
}

/** Reads the annotations that `marked` gave a temporary object; undefined for other objects. */
export function readTemporary(kind: string, object: KubeObject): Temporary | undefined {
  const { annotations = {}, labels, creationTimestamp } = object.metadata;
  const { mark, seconds = "" } = readMark(kind, object) ?? {};
  const createdMs = Date.parse(creationTimestamp ?? "");
  const isOwn = labels?.[OWN_LABEL] !== undefined && /^\d{1,9}$/.test(seconds);
  if (!isOwn || mark === undefined || Number.isNaN(createdMs)) return undefined;
  const [, runKind, runName] = /^(\w+)\/(.+)$/.exec(annotations[RUN] ?? "") ?? [];
  return {
    neededUntilMs: createdMs + Number(seconds) * 1000,
    mark,
    run: isRunKind(runKind) ? { kind: runKind, name: runName } : undefined,
  };
}

/** Returns the labels or annotations without this program's. */
export function withoutOwn(metadata: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).filter(([key]) => !key.startsWith("tkn-dev/")),
  );
}

/** The API server's rule for names: k8s.io/apiserver/pkg/storage/names/generate.go. */
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
