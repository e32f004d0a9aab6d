/** Passwords in addresses, which stay here. Pure. */

/** A token may stand as the user, too: all but the user of an ssh address is left out. */
const LOGIN = /\b([a-z][a-z0-9+.-]{0,30}):\/\/([^/?#\s]*)@/gi;
/** "?private_token=x", as some servers take it. */
const IN_QUERY =
  /([?&](?:access_token|private_token|job_token|auth_token|token|password|passwd|api_?key|secret)=)[^&\s"'#]+/gi;

/**
 * Of an address, or of a text with addresses in it: "https://user:token@host/a" becomes "https://host/a",
 * "ssh://git:x@host/a" becomes "ssh://git@host/a", and "git@host:a" is left as it is.
 */
export function withoutUrlPasswords(text: string): string {
  if (!text.includes("://")) return text;
  return text.replaceAll(LOGIN, (_, scheme: string, login: string) => {
    const user = /ssh$/i.test(scheme) ? login.split(":")[0] : "";
    return user === "" ? `${scheme}://` : `${scheme}://${user}@`;
  }).replaceAll(IN_QUERY, "$1");
}
