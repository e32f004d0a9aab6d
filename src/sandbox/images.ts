/** Images are ignored, but for the few whose lack of something matters: they have counterparts on the test cluster. */
export interface Image {
  /** Directories of programs, as PATH has them. */
  readonly path: string;
  readonly hasShell: boolean;
}

/** Where this machine's programs are. */
export const HOST_PATH = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];
/** The path of one of this machine's programs. */
export async function locate(
  program: string,
  path: string = HOST_PATH.join(":"),
): Promise<string | undefined> {
  for (const directory of path.split(":")) {
    if (await isProgram(`${directory}/${program}`)) return `${directory}/${program}`;
  }
  return undefined;
}

export async function isProgram(path: string): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  return info !== undefined && info.isFile && ((info.mode ?? 0o111) & 0o111) !== 0;
}

/** Whatever can pack or unpack a tree. */
const ARCHIVERS =
  /^(?:bsd|g|s|u)?tar$|^(?:bsd)?cpio$|^g?zip$|^gunzip$|^zcat$|^pax$|^busybox$|^7z.*$/;

export class Images {
  #noTar: Promise<string> | undefined;

  /** `directory` is where directories of programs can be made. */
  constructor(private readonly directory: string) {}

  static canPull(image: string): boolean {
    return !image.includes("does-not-exist");
  }

  async find(image: string): Promise<Image> {
    if (/^localhost\/no-shell:/.test(image)) {
      return { path: `${this.directory}/none`, hasShell: false };
    }
    if (!/^localhost\/no-tar:/.test(image)) return { path: HOST_PATH.join(":"), hasShell: true };
    this.#noTar ??= this.#link(`${this.directory}/no-tar`);
    return { path: await this.#noTar, hasShell: true };
  }

  /** A directory of links to all programs of this machine but the archivers. */
  async #link(directory: string): Promise<string> {
    await Deno.mkdir(directory, { recursive: true });
    const programs = new Map<string, string>();
    for (const source of HOST_PATH) {
      for (const { name } of await entries(source)) {
        if (!ARCHIVERS.test(name) && !programs.has(name)) programs.set(name, `${source}/${name}`);
      }
    }
    await Promise.all(
      [...programs].map(([name, path]) => Deno.symlink(path, `${directory}/${name}`)),
    );
    return directory;
  }
}

async function entries(directory: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
