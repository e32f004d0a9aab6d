/** Names of images in registries, read as Docker and tkn read them. Pure. */
import { UsageError } from "../errors.ts";

export interface ImageName {
  /** A host with its port: "registry.example.com:5000". */
  readonly registry: string;
  readonly repository: string;
  /** A tag, or a digest: "sha256:…". */
  readonly reference: string;
  readonly isDigest: boolean;
}

/** The registry of names without one. */
export const DOCKER_HUB = "index.docker.io";

/** Throws UsageError. */
export function parseImageName(text: string): ImageName {
  const [, name, , digest] = /^([^@]+)(@(.+))?$/s.exec(text) ?? [];
  if (name === undefined) throw noImage(text);
  const [, untagged, , tag] = /^(.+?)(:(\w[\w.-]{0,127}))?$/s.exec(name)!;
  const at = untagged.indexOf("/");
  const first = untagged.slice(0, at);
  const hasRegistry = at > 0 && (first === "localhost" || /[.:]/.test(first));
  const registry = hasRegistry && first !== "docker.io" ? first : DOCKER_HUB;
  const path = hasRegistry ? untagged.slice(at + 1) : untagged;
  const repository = registry === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path;
  if (!isHost(registry) || !/^[a-z0-9_.-]+(\/[a-z0-9_.-]+)*$/.test(repository)) {
    throw noImage(text);
  }
  if (repository.split("/").some((part) => /^\.+$/.test(part))) throw noImage(text);
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) throw noImage(text);
  const isDigest = digest !== undefined;
  return { registry, repository, reference: digest ?? tag ?? "latest", isDigest };
}

/** Returns "registry.example.com/tasks:1.0". */
export function imageText({ registry, repository, reference, isDigest }: ImageName): string {
  return `${registry}/${repository}${isDigest ? "@" : ":"}${reference}`;
}

/** Whether the registry may speak plain HTTP, as for tkn: on this machine or a private network. */
export function mayBePlain({ registry }: Pick<ImageName, "registry">): boolean {
  return isLoopback({ registry }) ||
    /^(10|192\.168|172\.(1[6-9]|2\d|3[01]))(\.\d{1,3}){2,3}(:\d+)?$/.test(registry);
}

/** Whether the registry is on this machine. */
export function isLoopback({ registry }: Pick<ImageName, "registry">): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(registry);
}

function isHost(text: string): boolean {
  return URL.canParse(`https://${text}/`) && /^[\w.-]+(:\d{1,5})?$|^\[[0-9a-f:]+\](:\d{1,5})?$/i
    .test(text);
}

function noImage(text: string): UsageError {
  return new UsageError(`Cannot read the name of the image "${text}"`, {
    hint: "a name is REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@sha256:DIGEST",
  });
}
