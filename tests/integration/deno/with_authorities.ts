/** Reads with other authorities of the machine, in a process that has not read them yet. */
import { environmentWithHome } from "../../support/program.ts";

/** Read first: a test may have another home later. */
const { DENO_DIR } = environmentWithHome("");

/**
 * Runs by_system_authorities.ts. Returns what it prints.
 *
 * @param authorities the value of SSL_CERT_FILE, or the variables
 */
export async function readWithAuthorities(
  authorities: string | Record<string, string>,
  what: "url" | "oidc",
  given: string,
): Promise<{ stdout: string; stderr: string }> {
  const script = `${import.meta.dirname}/by_system_authorities.ts`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, what, given],
    env: {
      DENO_DIR,
      ...typeof authorities === "string" ? { SSL_CERT_FILE: authorities } : authorities,
    },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { stdout: out, stderr: err };
}
