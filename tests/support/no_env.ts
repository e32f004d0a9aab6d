/**
 * An environment without variables. The library `yaml` asks for two (LOG_TOKENS, LOG_STREAM), which a
 * unit test, run with no permission, may not: import this first.
 */
import process from "node:process";

Object.defineProperty(process, "env", { value: {} });
