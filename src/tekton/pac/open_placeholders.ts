/** Refuses a run whose placeholders are still open, and lists the flags that set them. Pure. */
import { UsageError } from "../../errors.ts";
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
  throw new UsageError(`${what}: ${all} ${state}`, {
    hint: open.map((name) => `-p ${flagValue(name)}`).join(" "),
  });
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
