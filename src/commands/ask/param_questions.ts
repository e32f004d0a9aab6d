/** The questions for one param. Pure. */
import { type Answers, paramAnswer } from "../../cli/answers.ts";
import { paramText, parseParamValue } from "../../cli/values.ts";
import { UsageError } from "../../errors.ts";
import type { ParamSpec } from "../../tekton/model.ts";
import { typeOf } from "../../tekton/params.ts";
import { askChoice, askText, type Conversation } from "./conversation.ts";

export function* askParam(spec: ParamSpec): Conversation<Answers> {
  return paramAnswer(spec.name, yield* valueText(spec));
}

/** Returns the value as --param takes it. */
function* valueText(spec: ParamSpec): Conversation<string> {
  const { name } = spec;
  const about = [described(spec.description)];
  const asked = { what: "Param", name, about };
  switch (typeOf(spec)) {
    case "array":
      return yield* askText({
        ...asked,
        about: [...about, "an array: a,b or JSON"],
        empty: "the empty array",
        check: (text) => problemOf(() => parseParamValue(text, "array")),
      });
    case "object": {
      const keys = Object.keys(spec.properties ?? {});
      if (keys.length > 0) return yield* objectText(spec, keys);
      return yield* askText({
        ...asked,
        about: [...about, "an object: key:value,key2:value2 or JSON"],
        empty: "the empty object",
        check: (text) => problemOf(() => parseParamValue(text, "object")),
      });
    }
    case "string": {
      const { enum: allowed = [] } = spec;
      if (allowed.length === 0) return yield* askText({ ...asked, empty: "the empty string" });
      const rows = allowed.map((text) => ({ text: text === "" ? '""' : text }));
      return allowed[yield* askChoice({ ...asked, rows })];
    }
  }
}

function* objectText(spec: ParamSpec, keys: readonly string[]): Conversation<string> {
  const value: [key: string, text: string][] = [];
  for (const [at, key] of keys.entries()) {
    const about = [
      ...(at === 0 ? [described(spec.description)] : []),
      `key ${at + 1} of ${keys.length} of an object`,
    ];
    const name = `${spec.name}.${key}`;
    value.push([key, yield* askText({ what: "Param", name, about, empty: "the empty string" })]);
  }
  return paramText(Object.fromEntries(value));
}

/** A description from the cluster may be of any type. */
export function described(description: unknown): string {
  return typeof description === "string" ? description : "";
}

function problemOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.hint ?? error.message;
    throw error;
  }
}
