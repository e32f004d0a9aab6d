/** The params of a reference by a resolver. Pure. */
import type { RemoteReference } from "./resolved.ts";

/** Returns the texts that are not empty by their names; of a name given twice, the last. */
export function remoteParams({ params }: Pick<RemoteReference, "params">): Map<string, string> {
  return new Map(
    params.flatMap(({ name, value }) =>
      typeof value === "string" && value !== "" ? [[name, value] as const] : []
    ),
  );
}
