/**
 * Reads a definition out of a Tekton bundle: an image with one layer for each object.
 * https://tekton.dev/docs/pipelines/tekton-bundle-contracts/
 */
import { ClusterError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { findCredentials } from "../../registry/credentials.ts";
import { type ImageName, imageText, parseImageName } from "../../registry/image_name.ts";
import { fileOfLayer, LayerError } from "../../registry/layer.ts";
import { type Layer, Registry, type RegistryOptions } from "../../registry/registry.ts";

const [KIND, NAME] = ["dev.tekton.image.kind", "dev.tekton.image.name"];

export interface BundleEntry {
  /** In lower case: "task". */
  readonly kind: string;
  readonly name: string;
}

/** Access that the command line gives, in place of the user's files. */
export type BundleAccess = Partial<RegistryOptions>;

/** Returns the object's YAML or JSON. Throws ClusterError, and UsageError for a bad name. */
export async function readBundle(
  host: Pick<Host, "request" | "files" | "env" | "run">,
  image: string,
  wanted: BundleEntry,
  access: BundleAccess = {},
): Promise<string> {
  const { name, registry } = open(host, image, access);
  const layer = entryOf(imageText(name), await registry.layers(), wanted);
  try {
    return await fileOfLayer(await registry.blob(layer));
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    throw new ClusterError(
      `Cannot read ${wanted.kind} "${wanted.name}" of the bundle "${imageText(name)}": ` +
        `its layer is broken: ${error.message}`,
    );
  }
}

/** Returns the names of the bundle's objects of a kind, in order. Throws as readBundle does. */
export async function bundleNames(
  host: Pick<Host, "request" | "files" | "env" | "run">,
  image: string,
  kind: string,
  access: BundleAccess = {},
): Promise<string[]> {
  const { name, registry } = open(host, image, access);
  const entries = entriesOf(imageText(name), await registry.layers());
  return namesOf(entries, kind);
}

function open(
  host: Pick<Host, "request" | "files" | "env" | "run">,
  image: string,
  access: BundleAccess,
): { name: ImageName; registry: Registry } {
  const name = parseImageName(image);
  const options = { credentials: () => findCredentials(host, name), ...access };
  return { name, registry: new Registry(host, name, options) };
}

/** Throws ClusterError for an image that is no bundle. */
function entriesOf(image: string, layers: readonly Layer[]): BundleEntry[] {
  const entries = layers.flatMap(({ annotations: { [KIND]: kind, [NAME]: name } }) =>
    kind === undefined || name === undefined ? [] : [{ kind: kind.toLowerCase(), name }]
  );
  if (entries.length > 0) return entries;
  throw new ClusterError(`Cannot read the bundle "${image}": it is an image of another kind`, {
    hint: "tkn bundle push makes bundles",
  });
}

function namesOf(entries: readonly BundleEntry[], kind: string): string[] {
  return entries.filter((one) => one.kind === kind).map(({ name }) => name).sort();
}

function entryOf(image: string, layers: readonly Layer[], { kind, name }: BundleEntry): Layer {
  const found = layers.find(({ annotations }) =>
    annotations[KIND]?.toLowerCase() === kind && annotations[NAME] === name
  );
  if (found !== undefined) return found;
  const entries = entriesOf(image, layers);
  const names = namesOf(entries, kind);
  throw new ClusterError(`Cannot find ${kind} "${name}" in the bundle "${image}"`, {
    hint: names.length > 0
      ? `its ${kind}s: ${names.join(", ")}`
      : `it has no ${kind}; it has: ${
        entries.map(({ kind, name }) => `${kind} ${name}`).join(", ")
      }`,
  });
}
