/**
 * Programs that a test needs on this machine. If one is missing, the test is ignored and its name
 * says so.
 */
import { existsSync } from "node:fs";

/** Returns the missing programs, given as paths or as names on PATH. */
export function missing(...programs: string[]): string[] {
  const directories = (Deno.env.get("PATH") ?? "").split(":");
  return programs.filter((program) =>
    !(program.startsWith("/")
      ? existsSync(program)
      : directories.some((directory) => existsSync(`${directory}/${program}`)))
  );
}

export function testWith(
  programs: readonly string[],
  name: string,
  fn: () => void | Promise<void>,
  options: { ignore?: boolean; sanitizeResources?: boolean; sanitizeOps?: boolean } = {},
): void {
  const lacking = missing(...programs);
  const why = lacking.length === 0 ? "" : ` (needs ${lacking.join(", ")}, not on this machine)`;
  Deno.test({
    ...options,
    name: name + why,
    ignore: lacking.length > 0 || (options.ignore ?? false),
    fn,
  });
}
