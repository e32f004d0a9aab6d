/** What this program writes onto the objects that it creates, and recognizes them by later. Pure. */
import type { KubeObject, Named } from "../kube/interface.ts";
import { isRunKind, type RunName } from "../tekton/model.ts";
import { HOLDS_LABELS, INVOCATION } from "../step/copies.ts";
import { VERSION } from "../version.ts";

/** On every run, temporary object, probe run and resolution request. A run hands it down to its pods. */
export const OWN_LABEL = "tkn-dev/version";
export const OWN_LABELS: Readonly<Record<string, string>> = { [OWN_LABEL]: VERSION };
/** On every run that holds. */
export const HELD_LABELS: Readonly<Record<string, string>> = { ...OWN_LABELS, ...HOLDS_LABELS };

/** Annotations: `KIND/NAME/MARK` or `KIND/NAME/MARK/SECONDS`, and `KIND/NAME` of a run. */
const MARK = INVOCATION;
const RUN = "tkn-dev/run";

/** As long as an object that no run uses may be needed: creating a run, or an answer, ends sooner. */
const NEEDED_SECONDS = 240;

export interface Marking {
  readonly kind: string;
  readonly mark: string;
  readonly random: (length: number) => string;
  /** It is of use to this program alone, and for a short time. */
  readonly isTemporary?: boolean;
  /** The run that refers to it. */
  readonly run?: Named;
}

/**
 * The object with a name, and with a mark that no other object has: one that is found under the name
 * and has the mark was created by this very request. It names the object, for Tekton copies the
 * annotations of a Pipeline or Task onto runs, and people copy objects.
 */
export function marked<T extends KubeObject>(
  object: T,
  { kind, mark, random, isTemporary = false, run }: Marking,
): Named<T> {
  const { metadata } = object;
  const { name = generatedName(metadata.generateName ?? "", random) } = metadata;
  const words = [kind, name, mark, ...(isTemporary ? [NEEDED_SECONDS] : [])];
  const annotations = {
    ...metadata.annotations,
    [MARK]: words.join("/"),
    ...(run === undefined ? {} : { [RUN]: `${run.kind}/${run.metadata.name}` }),
  };
  const labels = isTemporary ? { labels: { ...metadata.labels, ...OWN_LABELS } } : {};
  return { ...object, metadata: { ...metadata, name, annotations, ...labels } };
}

/** The mark of an object of that kind; undefined for none, or another object's. */
export function markOf(kind: string, object: KubeObject): string | undefined {
  return readMark(kind, object)?.mark;
}

function readMark(kind: string, { metadata: { name, annotations = {} } }: KubeObject) {
  const [own, ownName, mark, seconds] = (annotations[MARK] ?? "").split("/");
  return own === kind && ownName === name ? { mark, seconds } : undefined;
}

export interface Temporary {
  /** Milliseconds since the epoch, by the server's clock. */
  readonly neededUntilMs: number;
  readonly mark: string;
  /** The run that refers to it, if any. */
  readonly run?: RunName;
}

/** What `marked` wrote onto a temporary object of that kind; undefined where it did not. */
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
