/** Directories that end with their test. */
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";

/**
 * Creates an empty directory, with its links resolved, that is removed with its contents on
 * disposal. It is in memory if the system supports that: 20,000 files on a disk take many seconds.
 */
export function temporaryDirectory(): { readonly path: string } & Disposable {
  const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const path = realpathSync(mkdtempSync(`${parent}/tkn-dev-test-`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
