/**
 * Checks the entry of an exec plugin by the rules of client-go (tools/clientcmd/validation.go).
 * Pure.
 */
import { LoginError } from "./login_error.ts";

const GROUP = "client.authentication.k8s.io/";
const VERSIONS = [`${GROUP}v1`, `${GROUP}v1beta1`];
const MODES = ["Never", "IfAvailable", "Always"] as const;

export interface ExecSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  /** Whether the plugin inherits stdin. "Always" is an error if stdin is not a terminal. */
  readonly interactiveMode: typeof MODES[number];
  readonly installHint?: string;
  readonly providesClusterInfo: boolean;
}

/** Reads the entry. Throws LoginError if it is invalid. */
export function readExecSpec(given: unknown): ExecSpec {
  if (typeof given !== "object" || given === null) {
    throw new LoginError("its exec is not an object");
  }
  const exec = given as Record<string, unknown>;
  const command = textOf(exec, "command");
  if (command === undefined) throw new LoginError("its exec plugin has no command");
  const apiVersion = textOf(exec, "apiVersion");
  if (apiVersion === undefined) throw new LoginError("its exec plugin has no apiVersion");
  if (!VERSIONS.includes(apiVersion)) {
    throw new LoginError(
      `its exec plugin has the apiVersion "${apiVersion}", which is not known`,
      {
        hint: `it is ${VERSIONS.join(" or ")}; has the plugin a newer release?`,
      },
    );
  }
  const otherwise = apiVersion === VERSIONS[1] ? "IfAvailable" : undefined;
  const mode = textOf(exec, "interactiveMode") ?? otherwise;
  const interactiveMode = MODES.find((one) => one === mode);
  if (interactiveMode === undefined) {
    throw new LoginError(
      mode === undefined
        ? "its exec plugin has no interactiveMode"
        : `its exec plugin has the interactiveMode "${mode}", which is not known`,
      { hint: `interactiveMode is one of ${MODES.join(", ")}` },
    );
  }
  return {
    command,
    args: listOf(exec, "args").map((one) => {
      if (typeof one === "string") return one;
      throw new LoginError("args of its exec plugin are not all strings");
    }),
    env: Object.fromEntries(listOf(exec, "env").map(variableOf)),
    apiVersion,
    interactiveMode,
    installHint: textOf(exec, "installHint"),
    providesClusterInfo: exec.provideClusterInfo === true,
  };
}

function textOf(exec: Record<string, unknown>, key: string): string | undefined {
  const value = exec[key];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new LoginError(`${key} of its exec plugin is not a string`);
}

function listOf(exec: Record<string, unknown>, key: string): unknown[] {
  const value = exec[key] ?? [];
  if (Array.isArray(value)) return value;
  throw new LoginError(`${key} of its exec plugin is not a list`);
}

function variableOf(given: unknown): [string, string] {
  const { name, value } = (given ?? {}) as { name?: unknown; value?: unknown };
  const isName = typeof name === "string" && name !== "" && !/[=\0]/.test(name);
  if (isName && (typeof value === "string" || value === undefined || value === null)) {
    return [name, value ?? ""];
  }
  throw new LoginError("env of its exec plugin has an entry without a name and a value");
}
