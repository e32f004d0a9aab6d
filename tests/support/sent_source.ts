/** A local directory as an upload sends it, without a cluster. */
import { readFileSync } from "node:fs";
import { parse } from "../../src/cli/parse.ts";
import { PROGRAM } from "../../src/cli/commands.ts";
import { entriesToSend, openSource } from "../../src/commands/source/source.ts";
import { uploadFlags } from "../../src/commands/options/upload_flags.ts";
import { capture } from "../../src/deno/capture.ts";
import { denoFiles } from "../../src/deno/files/files.ts";
import { archive } from "../../src/tree/archive/archive.ts";
import type { Entry } from "../../src/tree/walk.ts";
import { FakeHost } from "./fake_host.ts";
import { extract } from "./tars.ts";

export interface SentSource {
  readonly entries: readonly Entry[];
  /** The lines before the archive. */
  readonly notes: readonly string[];
  /** Returns the text of an unpacked file. */
  text(path: string): string;
}

/** Unpacks the archive into `into`. */
export async function sendSource(
  directory: string,
  into: string,
  ...argv: string[]
): Promise<SentSource> {
  const { flags, args } = parse(["task", "upload", "t", directory, ...argv], PROGRAM);
  const host = Object.assign(new FakeHost(), { files: denoFiles, capture });
  const source = await openSource(host, uploadFlags(flags, args.DIR));
  const notes: string[] = [];
  const entries = await entriesToSend(source, (event) => {
    if (event.kind === "note") notes.push(event.text);
  });
  const { files, root } = source;
  const { stream } = archive(entries, { files, root, nowSeconds: Date.now() / 1000 });
  extract(["tar"], new Uint8Array(await new Response(stream).arrayBuffer()), into);
  return { entries, notes, text: (path) => readFileSync(`${into}/${path}`, "utf8") };
}
