/** The platforms that a release has programs for, and the names of its files. */

export interface Target {
  /** Rust's name of the platform, which `deno compile --target` takes. */
  readonly name: string;
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "amd64" | "arm64";
}

export const TARGETS: readonly Target[] = [
  { name: "x86_64-unknown-linux-gnu", os: "linux", arch: "amd64" },
  { name: "aarch64-unknown-linux-gnu", os: "linux", arch: "arm64" },
  { name: "x86_64-apple-darwin", os: "darwin", arch: "amd64" },
  { name: "aarch64-apple-darwin", os: "darwin", arch: "arm64" },
  { name: "x86_64-pc-windows-msvc", os: "windows", arch: "amd64" },
];

/** Returns the name of the program that `deno task build --release` writes into dist. */
export function programName({ name, os }: Target): string {
  return `tkn-dev-${name}${os === "windows" ? ".exe" : ""}`;
}

/** Returns the name of the program inside the archive. */
export function nameInArchive({ os }: Target): string {
  return os === "windows" ? "tkn-dev.exe" : "tkn-dev";
}

export function archiveName({ name }: Target): string {
  return `tkn-dev-${name}.tar.gz`;
}
