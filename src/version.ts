/** The version of the program. A test compares it with deno.json. */
export const VERSION = "0.1.0";

/** The commit, which scripts/build.ts writes into the bundle that it compiles. */
export const COMMIT: string = "{commit}";
