/** A volume's directory that a container mounts by its subPath, and that must not lead out of the volume. */
import { EnvironmentError } from "./environment.ts";

/** The API server's words; undefined for one that it takes. */
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
 * The host directory, made where it is not there. Throws EnvironmentError where a link leads out of the volume: the
 * container then waits, as the kubelet has it.
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
    at = await Deno.realPath(path).catch(() => ""); // a link to nothing
    if (at !== top && !at.startsWith(`${top}/`)) throw refuse();
  }
  return at;
}
