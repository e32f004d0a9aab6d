/** Puts further flags over those of a remembered command line. Pure. */
import type { CommandLine, GivenFlag } from "../../cli/command_line.ts";

/** The values of these flags have names; a value replaces that of the same name. */
const NAME_IN: Readonly<Record<string, RegExp>> = {
  param: /^([^=]*)=/,
  result: /^([^=]*)=/,
  workspace: /(?:^|,)"?name=([^,"]*)/,
};

/** The last value of a label wins, so that they add up. */
const ADDS = new Set(["labels"]);

/** Flags that exclude each other: those that leave the run, and those that follow it. */
const LEAVE = ["dry-run", "output", "no-continue", "shell", "showlogs"];
const FOLLOW = ["watch", "events", "junit", "outcome"];

/** Flags of an upload that exclude each other: what follows the upload, and what holds after it. */
const AFTER_UPLOAD = ["watch", "no-continue", "shell"];
const HOLD = ["break", "on-failure", "after", "without-shell", "debug-image", "patch"];

/** A flag of `over` wins over the remembered one, and over those that exclude it. */
export function merged(line: CommandLine, over: readonly GivenFlag[]): CommandLine {
  const names = new Set(over.map(({ spec }) => spec.name));
  const excluded = new Set([
    ...LEAVE.some((name) => names.has(name)) ? FOLLOW : [],
    ...FOLLOW.some((name) => names.has(name)) ? LEAVE : [],
    ...isUpload(line) && AFTER_UPLOAD.some((name) => names.has(name)) ? HOLD : [],
    ...isUpload(line) && HOLD.some((name) => names.has(name)) ? AFTER_UPLOAD : [],
  ]);
  const kept = line.flags.filter(({ spec }) => !excluded.has(spec.name)).map((flag) => {
    const more = over.find(({ spec }) => spec.name === flag.spec.name)?.values;
    return more === undefined ? flag : { ...flag, values: [...keptValues(flag, more), ...more] };
  });
  const isNew = ({ spec }: GivenFlag) => !kept.some((flag) => flag.spec.name === spec.name);
  return { ...line, flags: [...kept, ...over.filter(isNew)] };
}

function isUpload({ path }: CommandLine): boolean {
  return path.at(-1) === "upload";
}

function keptValues({ spec, values }: GivenFlag, over: readonly string[]): readonly string[] {
  if (ADDS.has(spec.name)) return values;
  const pattern = NAME_IN[spec.name];
  if (pattern === undefined) return [];
  const nameOf = (value: string) => pattern.exec(value)?.[1];
  return values.filter((value) => !over.some((one) => nameOf(one) === nameOf(value)));
}
