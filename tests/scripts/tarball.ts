import { createHash } from "node:crypto";

/** The name of all manifests in these tests. */
export const MANIFEST = ".tkn-dev-k3j2h1";

/** The line that announces an archive. */
export const PLAIN = new TextEncoder().encode("plain\n");

export interface Tarball {
  /** The archive with the line before it. */
  bytes: Uint8Array;
  /** The offset in `bytes` at which the header of the manifest begins. */
  manifestOffset: number;
  /** The text of the manifest. */
  manifest: string;
  /** The receipt that a receiver with sha256sum must print. */
  receipt: string;
}

/**
 * Packs these files with GNU tar, owned by uid 1234, with a manifest as the last member. Files have
 * the mode 0666, and 0777 if they end in .sh: more than a umask allows.
 */
export async function tarball(
  files: Record<string, string>,
  options: { manifest?: (text: string) => string } = {},
): Promise<Tarball> {
  const directory = await Deno.makeTempDir({ prefix: "tarball-" });
  try {
    for (const [path, content] of Object.entries(files)) {
      const parent = path.split("/").slice(0, -1).join("/");
      await Deno.mkdir(`${directory}/${parent}`, { recursive: true });
      await Deno.writeTextFile(`${directory}/${path}`, content);
      await Deno.chmod(`${directory}/${path}`, path.endsWith(".sh") ? 0o777 : 0o666);
    }
    const manifest = (options.manifest ?? ((text) => text))(manifestOf(files));
    await Deno.writeTextFile(`${directory}/${MANIFEST}`, manifest);
    const names = Object.keys(files);
    const withoutManifest = names.length ? await gnuTar(directory, names) : new Uint8Array();
    const archive = await gnuTar(directory, [...names, MANIFEST]);
    const bytes = new Uint8Array([...PLAIN, ...archive]);
    const digest = createHash("sha256").update(manifest).digest("hex");
    return {
      bytes,
      manifestOffset: PLAIN.length + endOfMembers(withoutManifest),
      manifest,
      receipt: `receipt ${names.length} ${sizeOf(files)} ${digest}\n`,
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Returns the text of a manifest that lists all of these files. */
export function manifestOf(files: Record<string, string>): string {
  const list = Object.entries(files).map(([path, content]) =>
    `${createHash("sha256").update(content).digest("hex")}  ./${path}\n`
  );
  const head = `tkn-dev manifest 2\nthen end\nfiles ${list.length}\nbytes ${sizeOf(files)}\n`;
  return `${head}listed ${list.length}\n\n${list.join("")}`;
}

function sizeOf(files: Record<string, string>): number {
  return Object.values(files).reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
}

async function gnuTar(directory: string, names: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command("/usr/bin/tar", {
    args: ["--owner=1234", "--group=1234", "-C", directory, "-cf", "-", "--", ...names],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

/** The offset of the zeros that end an archive whose last member is not empty. */
function endOfMembers(archive: Uint8Array): number {
  const last = archive.findLastIndex((byte) => byte !== 0);
  return Math.ceil((last + 1) / 512) * 512;
}
