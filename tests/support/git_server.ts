/** Serves one repository over smart HTTP on loopback, as a forge does. */
import { git } from "./git_judge.ts";

export interface GitServer extends AsyncDisposable {
  readonly url: string;
  /** The paths that git asked for, in order. */
  readonly asked: string[];
}

/** `isPrivate` asks for credentials and takes none; without `filters` all files are sent. */
export function serveGit(
  repository: string,
  { isPrivate = false, filters = true } = {},
): GitServer {
  git(repository, "config", "uploadpack.allowFilter", `${filters}`);
  git(repository, "config", "uploadpack.allowAnySHA1InWant", "true");
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    if (isPrivate) {
      return new Response("", { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } });
    }
    if (pathname.endsWith("/info/refs")) {
      const refs = await uploadPack(repository, request, "--advertise-refs");
      return answer("advertisement", "001e# service=git-upload-pack\n0000", refs);
    }
    if (pathname.endsWith("/git-upload-pack")) {
      return answer("result", "", await uploadPack(repository, request));
    }
    return new Response("", { status: 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/acme/ci.git`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function answer(type: string, start: string, bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(new Blob([start, bytes]), {
    headers: { "content-type": `application/x-git-upload-pack-${type}` },
  });
}

async function uploadPack(
  repository: string,
  request: Request,
  ...flags: string[]
): Promise<Uint8Array<ArrayBuffer>> {
  const child = new Deno.Command("git", {
    args: ["upload-pack", "--stateless-rpc", ...flags, repository],
    env: { GIT_PROTOCOL: request.headers.get("git-protocol") ?? "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const body = request.headers.get("content-encoding") === "gzip"
    ? request.body?.pipeThrough(new DecompressionStream("gzip"))
    : request.body;
  const [, { stdout }] = await Promise.all([
    (body ?? new Blob([]).stream()).pipeTo(child.stdin),
    child.output(),
  ]);
  return stdout as Uint8Array<ArrayBuffer>;
}
