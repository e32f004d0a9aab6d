import { tellShard } from "./shards.ts";

tellShard(import.meta.url);
