/** Refuses a run whose placeholders are still open, and lists the flags that set them. Pure. */
import { UsageError } from "../../errors.ts";
import { isRecord } from "../../shape.ts";
import { mapStrings } from "../references.ts";
import { isStandardName, placeholderNames } from "./placeholders.ts";

/**
 * Throws UsageError if the object has open placeholders of Pipelines-as-Code. `what` starts the
 * message: `Cannot start PipelineRun "app"`.
 */
export function checkNoneOpen(what: string, object: unknown): void {
  const open = placeholderNames(object).filter(isStandardName);
  if (open.length === 0) return;
  const all = open.map((name) => `{{ ${name} }}`).join(", ");
  const state = open.length === 1 ? "has no value" : "have no values";
  const flags = open.map((name) => `-p ${flagValue(name)}`).join(" ");
  const login = loginWorkspace(object);
  throw new UsageError(`${what}: ${all} ${state}`, {
    hint: login === undefined
      ? flags
      : `${flags}; -w name=${login},emptyDir= for a run that needs no login to git`,
  });
}

/** Returns the workspace for which Pipelines-as-Code makes a Secret with its login to git. */
function loginWorkspace(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { name, secret } = value as { name?: unknown; secret?: { secretName?: unknown } };
  const isIt = typeof name === "string" && isRecord(secret) &&
    placeholderNames(secret.secretName).includes("git_auth_secret");
  return isIt ? name : Object.values(value).map(loginWorkspace).find((one) => one !== undefined);
}

/** Returns the names of other placeholders in a run's own values, which may be a Repository's. */
export function unknownNames(values: unknown): string[] {
  const names = placeholderNames(values);
  return names.filter((name) => !isStandardName(name) && /^\w[\w-]*$/.test(name));
}

/** Whether some text of the object has the placeholder. */
export function hasPlaceholder(object: unknown, name: string): boolean {
  let found = false;
  mapStrings(object, (text) => {
    found ||= text.includes("{{") && placeholderNames(text).includes(name);
    return text;
  });
  return found;
}

function flagValue(name: string): string {
  return /^[\w.-]+$/.test(name) ? `${name}=VALUE` : `'${name.replaceAll("'", `'\\''`)}=VALUE'`;
}
