/** Removes passwords from URLs. Pure. */

/** Matches the login part of a URL. The user may be a token, so it is kept in ssh URLs only. */
const LOGIN = /\b([a-z][a-z0-9+.-]{0,30}):\/\/([^/?#\s]*)@/gi;
/** Matches "?private_token=x", which some servers accept. */
const IN_QUERY =
  /([?&](?:access_token|private_token|job_token|auth_token|token|password|passwd|api_?key|secret)=)[^&\s"'#]+/gi;

/**
 * Returns a URL, or a text with URLs in it, without passwords: "https://user:token@host/a" becomes
 * "https://host/a", "ssh://git:x@host/a" becomes "ssh://git@host/a", and "git@host:a" is unchanged.
 */
export function withoutUrlPasswords(text: string): string {
  if (!text.includes("://")) return text;
  return text.replaceAll(LOGIN, (_, scheme: string, login: string) => {
    const user = /ssh$/i.test(scheme) ? login.split(":")[0] : "";
    return user === "" ? `${scheme}://` : `${scheme}://${user}@`;
  }).replaceAll(IN_QUERY, "$1");
}
