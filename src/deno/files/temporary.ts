/** Directories that live as long as the work in them. */
import { naming } from "./file_error.ts";

export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await naming(
    "a temporary directory",
    () => Deno.makeTempDir({ prefix: "tkn-dev-" }),
  );
  return {
    path,
    async [Symbol.asyncDispose]() {
      // A program that was ended may still write: what is left is the system's to remove.
      await Deno.remove(path, { recursive: true }).catch(() => {});
    },
  };
}
