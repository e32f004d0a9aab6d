/**
 * Reads a definition out of a Tekton bundle: an image with one layer for each object.
 * https://tekton.dev/docs/pipelines/tekton-bundle-contracts/
 */
import { ClusterError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { findCredentials } from "../../registry/credentials.ts";
import { imageText, parseImageName } from "../../registry/image_name.ts";
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
  const name = parseImageName(image);
  const registry = new Registry(host, name, {
    credentials: () => findCredentials(host, name),
    ...access,
  });
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

function entryOf(image: string, layers: readonly Layer[], { kind, name }: BundleEntry): Layer {
  const entries = layers.filter(({ annotations }) => NAME in annotations && KIND in annotations);
  const ofKind = entries.filter(({ annotations }) => annotations[KIND].toLowerCase() === kind);
  const found = ofKind.find(({ annotations }) => annotations[NAME] === name);
  if (found !== undefined) return found;
  if (entries.length === 0) {
    throw new ClusterError(`Cannot read the bundle "${image}": it is an image of another kind`, {
      hint: "tkn bundle push makes bundles",
    });
  }
  const names = ofKind.map(({ annotations }) => annotations[NAME]).sort();
  throw new ClusterError(`Cannot find ${kind} "${name}" in the bundle "${image}"`, {
    hint: names.length === 0
      ? `it has no ${kind}; it has: ${
        entries.map(({ annotations }) => `${annotations[KIND]} ${annotations[NAME]}`).join(", ")
      }`
      : `its ${kind}s: ${names.join(", ")}`,
  });
}
