/**
 * The bill of materials of a release, in CycloneDX 1.6 (ECMA-424): the npm packages of deno.lock
 * with their checksums, licenses and dependencies. Packages that only the tests use have the scope
 * "excluded". Pure.
 */

export interface Lock {
  /** By name and version, such as "isomorphic-ws@5.0.0_ws@8.23.0". */
  readonly npm: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly integrity: string;
  /** By name if the lock has one version of the package, else with the version. */
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

export interface SbomInput {
  readonly lock: Lock;
  /** The keys of the lock whose modules main.ts and its imports name. */
  readonly named: readonly string[];
  /** docs/licenses.md. */
  readonly licensesPage: string;
  readonly version: string;
  /** The version of Deno, whose runtime is in the program. */
  readonly runtime: string;
  /** The time of the commit, so that the same source makes the same file. */
  readonly timestamp: string;
}

/** Throws an Error for a package without a license, a checksum, or a dependency's own entry. */
export function renderSbom(input: SbomInput): string {
  const { lock, version, timestamp, runtime } = input;
  const keys = Object.keys(lock.npm).sort();
  const licenses = licensesOf(input.licensesPage);
  const program = {
    type: "application",
    "bom-ref": "tkn-dev",
    name: "tkn-dev",
    version,
    licenses: [{ license: { id: "Apache-2.0" } }],
  };
  const deno = {
    type: "platform",
    "bom-ref": "deno",
    name: "deno",
    version: runtime,
    scope: "required",
    licenses: [{ license: { id: "MIT" } }],
    purl: `pkg:github/denoland/deno@v${runtime}`,
  };
  const reached = withDependencies(lock, input.named);
  const components = keys.map((key) => ({
    ...componentOf(key, input, licenses),
    scope: reached.has(key) ? "required" : "excluded",
  }));
  const dependencies = [
    { ref: "tkn-dev", dependsOn: ["deno", ...input.named.toSorted()] },
    { ref: "deno", dependsOn: [] },
    ...keys.map((key) => ({ ref: key, dependsOn: dependenciesOf(lock, key) })),
  ];
  const sbom = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { timestamp, component: program },
    components: [deno, ...components],
    dependencies,
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

function componentOf(key: string, input: SbomInput, licenses: ReadonlyMap<string, string>) {
  const { name, version } = nameAndVersion(key);
  const license = licenses.get(`${name}@${version}`);
  if (license === undefined) throw new Error(`docs/licenses.md does not have ${name}@${version}`);
  const [, group, base] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name)!;
  return {
    type: "library",
    "bom-ref": key,
    ...(group === undefined ? {} : { group }),
    name: base,
    version,
    hashes: [{ alg: "SHA-512", content: sha512(key, input.lock.npm[key].integrity) }],
    licenses: [{ license: { id: license } }],
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
  };
}

/** A key is "name@1.2.3", or "name@1.2.3_peer@4.5.6". */
function nameAndVersion(key: string): { name: string; version: string } {
  const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!;
  return { name, version };
}

/** Returns the rows of the page's table, by "name@version". */
function licensesOf(page: string): ReadonlyMap<string, string> {
  const rows = page.split("\n").filter((line) => line.startsWith("| "));
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  return new Map(cells.map(([, name, version, license]) => [`${name}@${version}`, license]));
}

function sha512(key: string, integrity: string): string {
  const [, base64] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
  if (base64 === undefined) throw new Error(`deno.lock has no SHA-512 of ${key}: "${integrity}"`);
  return Uint8Array.fromBase64(base64).toHex();
}

function withDependencies(lock: Lock, named: readonly string[]): ReadonlySet<string> {
  const reached = new Set(named);
  for (const key of reached) dependenciesOf(lock, key).forEach((one) => reached.add(one));
  return reached;
}

function dependenciesOf(lock: Lock, key: string): string[] {
  const { dependencies = [], optionalDependencies = [] } = packageOf(lock, key);
  const locked = [...dependencies, ...optionalDependencies].map((one) => keyOf(lock, one, key));
  return [...new Set(locked)].sort();
}

function packageOf(lock: Lock, key: string): LockedPackage {
  if (!Object.hasOwn(lock.npm, key)) throw new Error(`deno.lock has no package ${key}`);
  return lock.npm[key];
}

/** Returns the key of "name" or "name@version", which may have peers in addition. */
function keyOf(lock: Lock, wanted: string, by: string): string {
  const keys = Object.keys(lock.npm);
  const key = keys.find((one) => one === wanted) ??
    keys.find((one) => one.startsWith(`${wanted}_`)) ??
    keys.find((one) => nameAndVersion(one).name === wanted);
  if (key === undefined) throw new Error(`deno.lock has no package ${wanted}, which ${by} needs`);
  return key;
}
