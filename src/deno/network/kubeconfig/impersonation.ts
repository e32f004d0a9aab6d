/** As whom requests act, by the flags of kubectl and the kubeconfig. Pure. */
import { UsageError } from "../../../errors.ts";
import type { ConnectOptions } from "../../../host.ts";
import type { ActsAs } from "../../../kube/interface.ts";
import type { Fields } from "./entries.ts";
import type { Header } from "./headers.ts";

export interface Impersonation extends ActsAs {
  readonly uid?: string;
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** A flag overrides its field alone, as with kubectl. Throws UsageError. */
export function impersonationOf(
  { as, asGroups = [] }: Pick<ConnectOptions, "as" | "asGroups">,
  fields: Fields,
): Impersonation | undefined {
  const user = as || fields.text("as");
  const uid = fields.text("as-uid");
  const groups = asGroups.length > 0 ? asGroups : fields.texts("as-groups");
  const extra = fields.textLists("as-user-extra");
  if (user !== undefined) return { user, uid, groups, extra };
  if (asGroups.length > 0) {
    throw new UsageError("Cannot use --as-group: there is no user to impersonate", {
      hint: "name the user too: --as USER",
    });
  }
  const alone = { "as-uid": uid, "as-groups": groups[0], "as-user-extra": Object.keys(extra)[0] };
  const [field] = Object.entries(alone).find(([, value]) => value !== undefined) ?? [];
  if (field === undefined) return undefined;
  throw fields.refusal(`it has ${field} without as, the user to impersonate`);
}

export function impersonationHeaders(impersonation: Impersonation | undefined): Header[] {
  if (impersonation === undefined) return [];
  const { user, uid, groups, extra } = impersonation;
  return [
    ["Impersonate-User", user],
    ...(uid === undefined ? [] : [uid]).map((value): Header => ["Impersonate-Uid", value]),
    ...groups.map((group): Header => ["Impersonate-Group", group]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value): Header => [`Impersonate-Extra-${escaped(key)}`, value])
    ),
  ];
}

/** Escapes what a header's name can't have, and %, as percent signs and digits. */
function escaped(key: string): string {
  const bytes = Array.from(new TextEncoder().encode(key));
  return bytes.map((byte) => {
    const letter = String.fromCharCode(byte);
    if (/^[!#$&'*+\-.^_`|~0-9A-Za-z]$/.test(letter)) return letter;
    return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
