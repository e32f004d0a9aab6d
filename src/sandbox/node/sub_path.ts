/**
 * The directory of a volume that a container mounts by subPath, which must stay inside the volume.
 */
import { EnvironmentError } from "./environment.ts";

/** Returns the API server's reason to reject the path, or undefined if the path is valid. */
export function whyInvalid(subPath: string): string | undefined {
  if (subPath.startsWith("/")) return "must be a relative path";
  return subPath.split("/").includes("..") ? "must not contain '..'" : undefined;
}

export interface SubPathMount {
  readonly volume: string;
  readonly container: string;
  readonly subPath: string;
}

/**
 * Returns the host directory and creates it if necessary. Throws EnvironmentError if a link leads
 * out of the volume; the container then waits, as with the kubelet.
 */
export async function subDirectory(
  host: string,
  { volume, container, subPath }: SubPathMount,
): Promise<string> {
  const refuse = () =>
    new EnvironmentError(
      `failed to prepare subPath for volumeMount "${volume}" of container "${container}"`,
    );
  if (whyInvalid(subPath) !== undefined) throw refuse();
  const top = await Deno.realPath(host);
  let at = top;
  for (const name of subPath.split("/").filter((part) => part !== "" && part !== ".")) {
    const path = `${at}/${name}`;
    await Deno.mkdir(path).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
    at = await Deno.realPath(path).catch(() => ""); // a dangling link
    if (at !== top && !at.startsWith(`${top}/`)) throw refuse();
  }
  return at;
}
