/** The directories of a pod's volumes. */
import type { KubeObject } from "../../kube/interface.ts";
import { ApiError } from "../store/api_error.ts";
import { CONFIG_MAPS, type Kind, SECRETS, VOLUME_CLAIMS } from "../store/kinds.ts";
import type { Store } from "../store/store.ts";

export interface Volume {
  readonly name: string;
  readonly emptyDir?: unknown;
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly configMap?: {
    readonly name: string;
    readonly items?: Item[];
    readonly optional?: boolean;
  };
  readonly secret?: {
    readonly secretName: string;
    readonly items?: Item[];
    readonly optional?: boolean;
  };
}

interface Item {
  readonly key: string;
  readonly path: string;
}

/** The volume cannot be made: its TaskRun fails. */
export class VolumeError extends Error {}

/** The config map or secret of a volume does not exist: the pod waits for it. */
export class AbsentSourceError extends VolumeError {
  constructor(readonly volume: string, message: string) {
    super(message);
  }
}

export class Volumes {
  constructor(private readonly store: Store, private readonly directory: string) {}

  /** Creates and fills a volume's host directory. Throws VolumeError. */
  async directoryOf(volume: Volume, namespace: string, podDirectory: string): Promise<string> {
    const { persistentVolumeClaim, configMap, secret, emptyDir } = volume;
    if (persistentVolumeClaim !== undefined) {
      return await this.#claim(namespace, persistentVolumeClaim.claimName);
    }
    const directory = `${podDirectory}/volumes/${volume.name}`;
    await Deno.mkdir(directory, { recursive: true });
    await Deno.chmod(directory, 0o777);
    if (configMap !== undefined) {
      const object = this.#source(CONFIG_MAPS, namespace, volume.name, configMap);
      await fill(directory, configMapFiles(object), configMap.items);
    } else if (secret !== undefined) {
      const named = { name: secret.secretName, optional: secret.optional };
      const object = this.#source(SECRETS, namespace, volume.name, named);
      await fill(directory, secretFiles(object), secret.items);
    } else if (emptyDir === undefined) {
      throw new VolumeError(`volume "${volume.name}": the sandbox has no volumes of this type`);
    }
    return directory;
  }

  claimDirectory(claim: KubeObject): string {
    return `${this.directory}/${claim.metadata.uid}`;
  }

  async #claim(namespace: string, name: string): Promise<string> {
    const claim = this.store.find(VOLUME_CLAIMS, namespace, name);
    if (claim === undefined) throw new VolumeError(`persistentvolumeclaim "${name}" not found`);
    const directory = this.claimDirectory(claim);
    await Deno.mkdir(directory, { recursive: true });
    return directory;
  }

  #source(
    kind: Kind,
    namespace: string,
    volume: string,
    { name, optional }: { name: string; optional?: boolean },
  ): KubeObject | undefined {
    try {
      return this.store.get(kind, namespace, name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (optional) return undefined;
      throw new AbsentSourceError(
        volume,
        error.message.replace(kind.plural, kind.kind.toLowerCase()),
      );
    }
  }
}

type Files = Map<string, Uint8Array>;

/** Returns the keys of a ConfigMap and their bytes, for volumes and for environments. */
export function configMapFiles(object: KubeObject | undefined): Files {
  const { data = {}, binaryData = {} } = (object ?? {}) as Record<string, Record<string, string>>;
  const encoder = new TextEncoder();
  return new Map([
    ...Object.entries(data).map(([key, text]) => [key, encoder.encode(text)] as const),
    ...Object.entries(binaryData).map(([key, text]) => [key, decodeBase64(text)] as const),
  ]);
}

export function secretFiles(object: KubeObject | undefined): Files {
  const { data = {} } = (object ?? {}) as Record<string, Record<string, string>>;
  return new Map(Object.entries(data).map(([key, text]) => [key, decodeBase64(text)]));
}

async function fill(directory: string, files: Files, items?: Item[]): Promise<void> {
  const chosen = items ?? [...files.keys()].map((key) => ({ key, path: key }));
  for (const { key, path } of chosen) {
    if (path.split("/").includes("..")) throw new VolumeError(`invalid path "${path}"`);
    const parent = `${directory}/${path}`.replace(/\/[^/]*$/, "");
    await Deno.mkdir(parent, { recursive: true });
    await Deno.writeFile(`${directory}/${path}`, files.get(key) ?? new Uint8Array());
  }
}

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
