/**
 * A tree with names that are not UTF-8, created and listed by programs that treat names as bytes.
 */
import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";

/** Runs a shell script and returns its output. `$b` and `$c` are names that are not UTF-8. */
export function shell(cwd: string, script: string): Buffer {
  const { status, stdout, stderr } = spawnSync(
    "sh",
    ["-ec", `b=$(printf '\\377') c=$(printf 'caf\\351')\n${script}`],
    { cwd, env: { PATH: Deno.env.get("PATH"), LC_ALL: "C" }, maxBuffer: 1 << 28 },
  );
  assert.deepEqual({ status, stderr: `${stderr}` }, { status: 0, stderr: "" });
  return stdout;
}

/** A shell script that describes each entry of the current directory, as it must arrive. */
export const DESCRIBE = String.raw`find . -type f -printf '%y %m %n %.10T@ %P\0' | sort -z
    find . -type l -printf '%y %P -> %l\0' | sort -z
    find . -mindepth 1 -type d -printf '%y %m %P\0' | sort -z
    find . -type f -print0 | sort -z | xargs -0 sha256sum`;

export function describe(root: string): string {
  return shell(root, DESCRIBE).toString("latin1");
}

export const BYTE_TREE = `
  echo hello >"$c"
  mkdir -p "dir$b/empty$b" plain
  echo deep >"dir$b/$c"
  echo plain >"dir$b/é"
  ln -s "$c" link
  ln -s "../$b" "plain/$c"
  echo script >"plain/run$b.sh"
  chmod 755 "plain/run$b.sh"
  ln "plain/run$b.sh" "plain/same$c"
  echo "U+FFFD" >"$(printf '\\357\\277\\275')"
  echo x >"$(printf %0250d 0)$b"
  mkdir -p "$(printf %0120d 0)$b/$(printf %0120d 0)$b"
  echo x >"$(printf %0120d 0)$b/$(printf %0120d 0)$b/$b"
  ln -s "$(printf %0200d 0)$b" "long$b"
  head -c 300000 /dev/zero >"large$b"
`;
