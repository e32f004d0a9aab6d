/** The one place for the version; deno.json's is checked to be the same. */
export const VERSION = "0.1.0";

/** scripts/build.ts writes the commit here, in the bundle that it compiles. */
export const COMMIT: string = "{commit}";
