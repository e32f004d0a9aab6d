/**
 * Run by tests with SSL_CERT_FILE, which names the authorities of the machine: prints what the
 * program reads from a URL, or the token that a kubeconfig's OpenID Connect provider gives.
 */
import { loadConnection } from "../../../src/deno/network/kubeconfig.ts";
import { request } from "../../../src/deno/request.ts";
import { authorization } from "./kubeconfig_place.ts";

const [what, given] = Deno.args;
const bytes = what === "url"
  ? (await request(given, {}, new AbortController().signal)).bytes
  : new TextEncoder().encode(await authorization(await loadConnection({ kubeconfig: given })));
Deno.stdout.writeSync(bytes);
