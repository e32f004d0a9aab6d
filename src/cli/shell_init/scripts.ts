/** The shell functions tkn, by shell. This module alone imports them. */
import bash from "./tkn.bash" with { type: "text" };
import fish from "./tkn.fish" with { type: "text" };
import zsh from "./tkn.zsh" with { type: "text" };

export const SHELL_INIT_SCRIPTS: Readonly<Record<string, string>> = { bash, zsh, fish };
