/** The shell functions tkn; bash and zsh read the same one. This module alone imports them. */
import bash from "./tkn.bash" with { type: "text" };
import fish from "./tkn.fish" with { type: "text" };

export const SHELL_INIT_SCRIPTS: Readonly<Record<string, string>> = { bash, zsh: bash, fish };
