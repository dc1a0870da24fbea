import * as v from "valibot";
import { count, field, section } from "../../component/fields.ts";

export const memoryBallastConfig = section({
  size_mib: field(count, { about: "No effect", default: 0, unit: "MiB" }),
  size_in_percentage: field(
    v.pipe(
      count,
      v.check((value) => value <= 100, "size_in_percentage is not in range 0 to 100"),
    ),
    { about: "No effect", default: 0, unit: "%" },
  ),
});
