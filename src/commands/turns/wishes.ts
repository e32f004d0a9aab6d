/** The keys of a watched step. Pure. */
import type { Key } from "../../view/ask/keys.ts";
import type { Wish } from "./machine.ts";

const LETTERS: Readonly<Record<string, Wish | undefined>> = {
  e: "edit",
  s: "shell",
  c: "continue",
  f: "fail",
  q: "quit",
  d: "detach",
};

/** Returns undefined for a key without a meaning, such as several letters in one read. */
export function wishOf(key: Key): Wish | undefined {
  if (key === "enter") return "again";
  if (key === "interrupt") return "interrupt";
  if (key === "end") return "detach";
  return typeof key === "object" && "typed" in key ? LETTERS[key.typed.toLowerCase()] : undefined;
}
