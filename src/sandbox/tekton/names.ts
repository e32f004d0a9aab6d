/** Names that Tekton derives, https://pkg.go.dev/knative.dev/pkg/kmeta#ChildName */
import { createHash } from "node:crypto";

const LONGEST = 63;
const MD5_LENGTH = 32;
const HEAD = LONGEST - MD5_LENGTH;

/** Joins `run` and `-task`. A hash replaces the part that makes the name too long. */
export function childName(parent: string, suffix: string): string {
  if (parent.length <= LONGEST - suffix.length) return parent + suffix;
  if (HEAD - suffix.length > 0) return parent.slice(0, HEAD - suffix.length) + md5(parent) + suffix;
  const name = parent.slice(0, HEAD) + md5(parent + suffix);
  return name + suffix.slice(0, LONGEST - name.length);
}

/** Returns `ws-1a2b3`: a volume's name, the same for the same key. */
export function hashedName(prefix: string, key: string, length: number): string {
  return `${prefix}-${md5(key).slice(0, length)}`;
}

/** Names a step without a name by its index. */
export function stepName(name: string | undefined, at: number): string {
  return name || `unnamed-${at}`;
}

/** At most 63 characters, ending in a letter or digit. */
export function containerName(step: string): string {
  return `step-${step}`.slice(0, LONGEST).replace(/[^a-z0-9]+$/, "");
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
