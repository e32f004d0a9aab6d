/** Work on the tree while the pod starts: packing it, or reading the digests of its files. */
import type { Host } from "../../host.ts";
import { PrepackedArchive, type PrepackedTree } from "../../transfer/prepack/prepacked_archive.ts";
import { splitTree } from "../../transfer/prepack/split_tree.ts";
import { sizeOf } from "../../tree/sizes.ts";
import type { UploadFlags } from "../options/upload_flags.ts";
import type { Source } from "../source/source.ts";

/** Above this size, most of the tree would still have to be packed while it is sent. */
const MOST_PREPACKED_BYTES = 250e6;

/**
 * Packs the tree for an empty directory. A volume that outlives the run may have most of the tree
 * already: the digests are read instead, and the result is undefined.
 */
export async function prepack(
  { clock }: Pick<Host, "clock">,
  { flags, source, signal }: {
    flags: Pick<UploadFlags, "workspaces" | "program" | "compress">;
    source: Source;
    signal: AbortSignal;
  },
): Promise<PrepackedTree | undefined> {
  const entries = await source.entries;
  if (flags.workspaces.some((bound) => bound.persistentVolumeClaim !== undefined)) {
    source.digests.ahead(entries, signal).catch(() => {}); // the upload asks again, and throws
    return undefined;
  }
  if (flags.program.length > 1 || sizeOf(entries) > MOST_PREPACKED_BYTES) return undefined;
  const compressed = { auto: undefined, always: true, never: false }[flags.compress];
  const nowSeconds = Math.floor(clock.now() / 1000);
  const { files, root } = source;
  const options = { files, root, nowSeconds, compressed, signal };
  const lanes = splitTree(entries);
  return lanes === undefined
    ? { first: new PrepackedArchive({ ...options, entries }), shared: [] }
    : {
      first: new PrepackedArchive({ ...options, entries: lanes.first }),
      second: new PrepackedArchive({ ...options, entries: lanes.second }),
      shared: lanes.shared,
    };
}
