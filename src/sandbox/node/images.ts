/**
 * The sandbox ignores images, except the few that lack a program. The test cluster has images of
 * the same names that lack the same programs.
 */
export interface Image {
  /** Directories of programs, in the format of PATH. */
  readonly path: string;
  readonly hasShell: boolean;
}

/** Directories of this machine's programs. */
const HOST_PATH = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];
/** Returns the path of one of this machine's programs. */
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

/** Programs that are missing, by the image's name. */
const LACKING: Readonly<Record<string, RegExp>> = {
  "no-tar": /^(?:bsd|g|s|u)?tar$|^(?:bsd)?cpio$|^g?zip$|^gunzip$|^zcat$|^pax$|^busybox$|^7z.*$/,
  "no-sha256sum": /^sha256sum$/,
  "no-find": /^find$/,
};

export class Images {
  /** The directories made so far, by the image's name. */
  readonly #made = new Map<string, Promise<string>>();

  /** `directory` is where this class makes directories of programs. */
  constructor(private readonly directory: string) {}

  static canPull(image: string): boolean {
    return !image.includes("does-not-exist");
  }

  async find(image: string): Promise<Image> {
    const [, name = ""] = /^localhost\/([^:/]+):/.exec(image) ?? [];
    if (name === "no-shell") return { path: `${this.directory}/none`, hasShell: false };
    if (!Object.hasOwn(LACKING, name)) return { path: HOST_PATH.join(":"), hasShell: true };
    let made = this.#made.get(name);
    if (made === undefined) this.#made.set(name, made = this.#link(name));
    return { path: await made, hasShell: true };
  }

  /**
   * Makes a directory of links to all programs of this machine, except those that the image lacks.
   */
  async #link(image: string): Promise<string> {
    const directory = `${this.directory}/${image}`;
    await Deno.mkdir(directory, { recursive: true });
    const programs = new Map<string, string>();
    for (const source of HOST_PATH) {
      for (const { name } of await entries(source)) {
        if (!LACKING[image].test(name) && !programs.has(name)) {
          programs.set(name, `${source}/${name}`);
        }
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
