/** Directories that end with their test. */
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

/**
 * An empty directory, its links resolved, removed with all that is in it when disposed of. In memory where
 * the system has that: making and removing 20,000 files on a disk takes many seconds.
 */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const path = realpathSync(mkdtempSync(`${parent}/tkn-dev-test-`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
