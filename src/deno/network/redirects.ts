/** Follows redirects as kubectl does, but not to another server: that would get no credentials. */
import { CHECK_SERVER } from "../../kube/answers.ts";
import { ConnectError } from "../../kube/transport.ts";

const MOST_REDIRECTS = 10;
/** Statuses that keep the method. The other redirects are followed for a GET alone. */
const SAME_METHOD = new Set([307, 308]);
const REDIRECTS = new Set([301, 302, 303, ...SAME_METHOD]);

/** Asks at the URL, and where the answers point to. Throws ConnectError for another server. */
export async function following(
  start: URL,
  method: string,
  ask: (url: URL) => Promise<Response>,
): Promise<Response> {
  let url = start;
  for (let redirects = 0;; redirects++) {
    const response = await ask(url);
    const { status, headers } = response;
    const place = headers.get("location");
    const isFollowed = method === "GET" ? REDIRECTS.has(status) : SAME_METHOD.has(status);
    if (!isFollowed || place === null || redirects === MOST_REDIRECTS) return response;
    await response.body?.cancel();
    const next = URL.parse(place, url);
    if (next?.origin !== start.origin) throw elsewhere(next);
    url = next;
  }
}

/** The query is left out: it may have secrets. */
function elsewhere(place: URL | null): ConnectError {
  const shown = place === null ? "a place that is no URL" : place.origin + place.pathname;
  return new ConnectError(`it redirects to ${shown}`, { hint: CHECK_SERVER });
}
