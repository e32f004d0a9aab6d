/** The completion scripts, by shell. This module alone imports them. */
import bash from "./tkn-dev.bash" with { type: "text" };
import fish from "./tkn-dev.fish" with { type: "text" };
import powershell from "./tkn-dev.ps1" with { type: "text" };
import zsh from "./tkn-dev.zsh" with { type: "text" };

export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash, zsh, fish, powershell };
