/** The flag --base, for an upload of the changes since a commit that the clone checks out. */
import type { Flags } from "../../cli/parse.ts";
import { UsageError } from "../../errors.ts";
import type { BaseFlag, SendFlags } from "./send_flags.ts";

/** Returns a flag that does not go with an upload on a base, and why. Pure. */
export function notOnBase(
  { withGit, program, deletes }: Pick<SendFlags, "withGit" | "program" | "deletes">,
): readonly [flag: string, why: string] | undefined {
  if (withGit) return ["--with-git", "the clone has its own .git"];
  if (program.length > 1) return ["--exec", "a command unpacks into an empty directory"];
  return deletes === "always"
    ? ["--delete=always", "the rest of the tree is only in the workspace"]
    : undefined;
}

/** Pure. Throws UsageError beside flags that say otherwise. */
export function baseFlag(
  flags: Flags,
  { withGit, program, deletes }: Pick<SendFlags, "withGit" | "program" | "deletes">,
): BaseFlag | undefined {
  const asked = flags.text("base");
  if (asked === undefined) return undefined;
  if (asked === "") {
    throw new UsageError("Cannot use --base=: it names no commit", {
      hint: "is a variable of the command line empty? --base alone finds a commit",
    });
  }
  const [other, why] = flags.given("upload-image")
    ? ["--upload-image", "the clone's own image clones"]
    : flags.has("no-continue") && flags.on("no-continue")
    ? ["--no-continue", "it holds a step before its own work"]
    : notOnBase({ withGit, program, deletes }) ?? [];
  if (other !== undefined) {
    throw new UsageError(`Cannot use --base with ${other}: ${why}`, {
      hint: `leave out --base or ${other}`,
    });
  }
  if (asked === "auto") return { isAuto: true };
  return asked === "pushed" ? { isAuto: false } : { commit: asked, isAuto: false };
}
