/**
 * Reads what a reference names from the user's machine, in place of Tekton's resolvers: over the
 * user's network, and with the user's own credentials.
 */
import type { RunEvent } from "../../events.ts";
import { FileError, type Host } from "../../host.ts";
import { forgeFile, gitPlace } from "../../tekton/git_place.ts";
import { remoteParams } from "../../tekton/remote_params.ts";
import { cannotResolve, type RemoteReference } from "../../tekton/resolved.ts";
import { ClusterError, ExpectedError } from "../../errors.ts";
import { readBundle } from "./bundle.ts";
import { readGitFile } from "./git_file.ts";
import { readHub } from "./hub.ts";

export type HereHost = Pick<
  Host,
  "files" | "env" | "build" | "download" | "request" | "run" | "temporaryDirectory" | "terminal"
>;

/** Where a reference leads, for the note about it, and how to read it. */
interface Place {
  readonly from: string;
  read(): Promise<string>;
}

/**
 * Returns the text; undefined for a reference that only the cluster can read: by another resolver,
 * or with params that its configuration fills in. Throws ClusterError and UsageError.
 */
export async function readHere(
  host: HereHost,
  reference: RemoteReference,
  emit: (event: RunEvent) => void,
): Promise<string | undefined> {
  const place = placeOf(host, reference);
  if (place === undefined) return undefined;
  emit({ kind: "note", text: `Reading ${place.from} from this machine, not from the cluster` });
  try {
    return withoutHtml(await place.read());
  } catch (error) {
    const why = error instanceof FileError
      ? `${error.path}: ${error.state}`
      : error instanceof ExpectedError
      ? error.message
      : undefined;
    if (why === undefined) throw error;
    const hint = (error instanceof ExpectedError ? error.hint : undefined) ??
      "look at the params of its reference; without --resolve-here the cluster reads it";
    throw new ClusterError(
      `${cannotResolve(reference)} by "${reference.resolver}" from this machine: ${why}`,
      { hint, cause: error },
    );
  }
}

function placeOf(host: HereHost, reference: RemoteReference): Place | undefined {
  const params = remoteParams(reference);
  switch (reference.resolver) {
    case "http": {
      const url = params.get("url");
      // The resolver has the password in a Secret.
      if (url === undefined || !/^https?:\/\//.test(url) || params.has("http-username")) return;
      return { from: url, read: () => readUrl(host, url) };
    }
    case "git": {
      const place = gitPlace(params);
      if (place === undefined) return undefined;
      const { url, path, revision } = place;
      return { from: `${path} of ${url} at ${revision}`, read: () => readGitFile(host, place) };
    }
    case "hub":
      return readHub(host, params);
    case "bundles": {
      const [image, name] = [params.get("bundle"), params.get("name")];
      if (image === undefined || name === undefined) return undefined;
      const wanted = { kind: params.get("kind") ?? "task", name };
      return {
        from: `${wanted.kind} ${name} of ${image}`,
        read: () => readBundle(host, image, wanted),
      };
    }
  }
}

/** Reads a URL; a file of a forge that it does not show, also by git, which may log in. */
async function readUrl(host: HereHost, url: string): Promise<string> {
  try {
    return await host.download(url);
  } catch (error) {
    const file = forgeFile(url);
    if (!(error instanceof FileError) || !/^40[134] /.test(error.state) || file === undefined) {
      throw error;
    }
    return await readGitFile(host, file).catch((second) => {
      throw second instanceof ExpectedError || second instanceof FileError ? error : second;
    });
  }
}

/** Throws ClusterError for a page that a server sends in place of the file, as for a login. */
function withoutHtml(text: string): string {
  if (!/^\s*<(!doctype html|html)\b/i.test(text)) return text;
  throw new ClusterError("the answer is an HTML page", {
    hint: "does it need a login, or is it the page about the file?",
  });
}
