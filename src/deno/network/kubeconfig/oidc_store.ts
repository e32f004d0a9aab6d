/** Keeps the tokens of an OpenID Connect provider in the kubeconfig that they are from. */
import {
  closeSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { isScalar, parseDocument } from "npm:yaml@2.9.1";
import { readSmallFile } from "./bounded_file.ts";
import { Fields } from "./entries.ts";
import { readKubeconfig, YAML } from "./files.ts";
import type { OidcConfig, OidcStore } from "./oidc.ts";

/** Returns the store of a user's entry in a file; of none, a store that keeps nothing. */
export function oidcStore(name: string, path: string | undefined): OidcStore {
  if (path === undefined) return { read: () => undefined, write: () => {} };
  return { read: () => read(name, path), write: (changes) => write(name, path, changes) };
}

function read(name: string, path: string): OidcConfig | undefined {
  try {
    const entry = readKubeconfig({ kubeconfig: path }).users.find((one) => one.name === name);
    const provider = entry && new Fields("user", entry).value("auth-provider");
    const { config } = (provider ?? {}) as { config?: Record<string, unknown> };
    const tokens = ["id-token", "refresh-token"].flatMap((key) => {
      const value = config?.[key];
      return typeof value === "string" ? [[key, value] as const] : [];
    });
    return Object.fromEntries(tokens);
  } catch {
    return undefined; // changed since, or being written
  }
}

/** Changes these texts alone, so that comments and order stay. Throws if it can't. */
function write(name: string, path: string, changes: OidcConfig): void {
  using _lock = lock(path);
  const target = realpathSync(path);
  const text = changed(readSmallFile(target), name, changes);
  const draft = `${target}.${crypto.randomUUID().slice(0, 8)}`;
  try {
    writeFileSync(draft, text, {
      mode: statSync(target).mode & 0o777,
    });
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Returns the file with these texts in the user's config. */
function changed(text: string, name: string, changes: OidcConfig): string {
  const content = parseDocument(text, YAML);
  const { users = [] } = content.toJS() as { users?: { name?: unknown }[] };
  const at = users.findIndex((one) => one?.name === name);
  if (at < 0) throw new Error("the user is not in the kubeconfig any more");
  const entries = Object.entries(changes).map(([key, value]) => {
    const path = ["users", at, "user", "auth-provider", "config", key];
    return { path, value, node: content.getIn(path, true) };
  });
  const places = entries.flatMap(({ value, node }) =>
    isScalar(node) && node.range ? [{ value, from: node.range[0], to: node.range[1] }] : []
  );
  if (places.length === entries.length) {
    return places.toSorted((one, other) => other.from - one.from)
      .reduce(
        (all, { value, from, to }) => all.slice(0, from) + JSON.stringify(value) + all.slice(to),
        text,
      );
  }
  for (const { path, value } of entries) content.setIn(path, value);
  return content.toString({ lineWidth: 0, indentSeq: !/^- /m.test(text) });
}

/** Takes the lock that kubectl takes while it writes. */
function lock(path: string): Disposable {
  const file = `${path}.lock`;
  closeSync(openSync(file, "wx", 0));
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}
