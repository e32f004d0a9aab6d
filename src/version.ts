/** The one place for the version; deno.json's is checked to be the same. */
export const VERSION = "0.1.0";
