// The part of undici that a client needs, without its fetch, mocks and caches: it loads in a third of the time.
declare module "undici/lib/dispatcher/pool.js" {
  import { Pool } from "undici";
  export default Pool;
}
