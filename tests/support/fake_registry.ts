/**
 * A registry that answers like distribution and go-containerregistry, with one Tekton bundle in the
 * layout of `tkn bundle push`: a gzipped tar for each object.
 */
import {
  headerBytes,
  type Member,
  paddedBytes,
  writeHeader,
} from "../../src/tree/archive/tar_header.ts";

export interface BundleObject {
  readonly kind: string;
  readonly name: string;
  readonly text: string;
  /** Writes the layer; default: a gzipped tar. */
  readonly layer?: (text: string) => Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
}

export type Auth = "none" | "basic" | "bearer";

export const USER = { username: "ada", password: "s3cret" };
const TOKEN = "t0ken";

/** Serves `tasks:1`. `url` is the registry's own address, for its authority. */
export class FakeRegistry {
  auth: Auth = "none";
  /** Changes what is sent, after its digest is known. */
  tamper: (path: string, bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (_, bytes) =>
    bytes;
  /** Sends blobs from another address, as registries with a storage behind them do. */
  redirectsBlobsTo?: string;
  /** Whether the tag names an index of platforms. */
  isIndex = false;
  /** The paths and the credentials of all requests. */
  readonly asked: { path: string; authorization: string | null }[] = [];
  digest = "";
  readonly #content = new Map<string, { bytes: Uint8Array<ArrayBuffer>; type: string }>();

  static async of(objects: readonly BundleObject[], annotated = true): Promise<FakeRegistry> {
    const registry = new FakeRegistry();
    const layers = [];
    for (const { kind, name, text, layer = gzippedTar } of objects) {
      const annotations = {
        "dev.tekton.image.apiVersion": "v1",
        "dev.tekton.image.kind": kind,
        "dev.tekton.image.name": name,
      };
      const type = "application/vnd.docker.image.rootfs.diff.tar.gzip";
      const digest = await registry.#put(await layer(text), "application/octet-stream");
      layers.push({ mediaType: type, digest, ...annotated ? { annotations } : {} });
    }
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, layers };
    registry.digest = await registry.#put(bytesOf(manifest), MANIFEST);
    const platform = (architecture: string, digest: string) => ({
      digest,
      platform: { os: "linux", architecture },
    });
    const index = {
      schemaVersion: 2,
      manifests: [
        platform("arm64", `sha256:${"0".repeat(64)}`),
        platform("amd64", registry.digest),
      ],
    };
    registry.#index = await registry.#put(bytesOf(index), INDEX);
    return registry;
  }

  #index = "";

  async #put(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string> {
    const digest = `sha256:${new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex()}`;
    this.#content.set(digest, { bytes, type });
    return digest;
  }

  readonly answer = async (request: Request): Promise<Response> => {
    const { pathname, origin, searchParams } = new URL(request.url);
    const authorization = request.headers.get("authorization");
    this.asked.push({ path: pathname, authorization });
    if (pathname === "/token") {
      const { username, password } = USER;
      const form = new URLSearchParams(await request.text());
      const isKnown = authorization === `Basic ${btoa(`${username}:${password}`)}` ||
        form.get("refresh_token") === "identity";
      const scope = searchParams.get("scope") ?? form.get("scope");
      return isKnown && scope === "repository:tasks:pull"
        ? Response.json({ token: TOKEN, expires_in: 60 })
        : new Response("", { status: 401 });
    }
    if (!this.#mayRead(authorization)) {
      const challenge = this.auth === "basic"
        ? 'Basic realm="fake"'
        : `Bearer realm="${origin}/token",service="fake",scope="repository:tasks:pull"`;
      const errors = [{ code: "UNAUTHORIZED", message: "authentication required" }];
      return Response.json({ errors }, { status: 401, headers: { "www-authenticate": challenge } });
    }
    const [, kind, reference] = /^\/v2\/tasks\/(manifests|blobs)\/(.+)$/.exec(pathname) ?? [];
    const digest = reference === "1" ? this.isIndex ? this.#index : this.digest : reference;
    const found = this.#content.get(digest ?? "");
    if (found === undefined) {
      const errors = [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }];
      return Response.json({ errors }, { status: 404 });
    }
    if (kind === "blobs" && this.redirectsBlobsTo !== undefined) {
      return Response.redirect(`${this.redirectsBlobsTo}${pathname}`, 307);
    }
    return new Response(this.tamper(pathname, found.bytes), {
      headers: { "content-type": found.type, "docker-content-digest": digest! },
    });
  };

  #mayRead(authorization: string | null): boolean {
    if (this.auth === "none") return true;
    const { username, password } = USER;
    const basic = `Basic ${btoa(`${username}:${password}`)}`;
    return authorization === (this.auth === "basic" ? basic : `Bearer ${TOKEN}`);
  }
}

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

export async function gzippedTar(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return await gzipped(tarOf(text));
}

/** Returns a tar with one file. */
export function tarOf(text: string, path = "task"): Uint8Array<ArrayBuffer> {
  const content = new TextEncoder().encode(text);
  const sizeBytes = content.length;
  const member: Member = { path, kind: "file", sizeBytes, mode: 0o600, mtimeSeconds: 0 };
  const header = headerBytes(member);
  const tar = new Uint8Array(header + paddedBytes(sizeBytes) + 1024);
  writeHeader(member, tar);
  tar.set(content, header);
  return tar;
}

export async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}
