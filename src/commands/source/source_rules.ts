/** The ignore rules and the files of the directory to send, as the command line asks for them. */
import { UsageError } from "../../errors.ts";
import { FileError, type Files, type Host } from "../../host.ts";
import type { Checkout } from "../../tree/git/checkout.ts";
import { gitAsker } from "../../tree/git/git_answers.ts";
import { RewrittenFiles } from "../../tree/git/rewritten_files.ts";
import { checkSelfContained } from "../../tree/git/self_contained.ts";
import { credentialStripper } from "../../tree/git/strip_credentials.ts";
import { worktreeFiles } from "../../tree/git/worktree_files.ts";
import { type Ignore, loadIgnore } from "../../tree/ignore/ignore.ts";
import { cannotRead } from "../../tree/read_errors.ts";
import type { SendFlags } from "../options/send_flags.ts";

/**
 * Reads the rules that the user names, and returns a function that reads the others. Throws
 * UsageError; the returned function throws TransferError.
 */
export async function openIgnore(
  host: Host,
  root: string,
  { files, flags, checkout, onNote }: {
    files: Files;
    flags: SendFlags;
    checkout: Checkout;
    onNote: (text: string) => void;
  },
): Promise<() => Promise<Ignore>> {
  const given = await Promise.all(flags.ignoreFiles.map((path) => readRules(host.files, path)));
  const extra = [
    ...given,
    { label: "--ignore", text: flags.ignore.join("\n"), isFile: false },
  ];
  return () =>
    loadIgnore(files, root, {
      extra,
      readsFiles: flags.readsIgnoreFiles,
      withGit: flags.withGit,
      askGit: gitAsker(host),
      onRepository: (found) => checkout.add(found),
      onNote,
    }).catch((error) => {
      throw cannotRead(root, error);
    });
}

/** Returns the files as they are sent. Throws UsageError (a partial `.git`) and TransferError. */
export async function filesToSend(
  host: Host,
  root: string,
  { flags, checkout }: { flags: SendFlags; checkout: Checkout },
): Promise<Files> {
  if (!flags.withGit) {
    return flags.eol === "asis"
      ? host.files
      : new RewrittenFiles(host.files, (path) => checkout.rewriteOf(path));
  }
  try {
    const files = await worktreeFiles(host.files, root);
    await checkSelfContained(files, root);
    const strip = await credentialStripper(files, root, checkout.cleaned);
    return new RewrittenFiles(files, (path) => strip(path) ?? checkout.rewriteOf(path));
  } catch (error) {
    throw cannotRead(root, error);
  }
}

async function readRules(files: Files, path: string): Promise<{ label: string; text: string }> {
  const refuse = (why: string, cause?: unknown) =>
    new UsageError(`Cannot read --ignore-file "${path}": ${why}`, {
      hint: "name a file with a pattern a line, as in .gitignore",
      cause,
    });
  const text = await files.readText(path).catch((error) => {
    throw error instanceof FileError ? refuse(error.state, error) : error;
  });
  if (text === undefined) throw refuse("no such file");
  return { label: path, text };
}
