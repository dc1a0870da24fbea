import * as v from "valibot";
import { boolean, field, section } from "../../component/fields.ts";
import { auxiliaryServerFields } from "../../net/auxiliary-server-config.ts";

export type ZpagesConfig = v.InferOutput<typeof zpagesConfig>;

export const zpagesConfig = section({
  ...auxiliaryServerFields({
    endpoint: "localhost:55679",
    whenEmpty: '"endpoint" is required when using the "zpages" extension',
  }),
  expvar: field(
    section({ enabled: field(boolean, { about: "Serve /debug/expvarz: memory of the process", default: false }) }),
    { about: "Variables of the process as JSON", default: {} },
  ),
});
