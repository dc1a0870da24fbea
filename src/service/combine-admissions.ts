import type { ConsumeError } from "../component/consume-error.ts";
import type { Admission, Consumer } from "../component/consumer.ts";

/**
 * The opinion of several stages: all must have room. Stages that share one limiter (one component id in several
 * pipelines) are asked once. `undefined` if none has an opinion.
 */
export function combineAdmissions(stages: readonly Pick<Consumer, "admission">[]): Admission | undefined {
  const admissions = [...new Set(stages.flatMap((stage) => stage.admission ?? []))];
  if (admissions.length < 2) return admissions[0];
  return {
    reserve: (byteCount) => reserveAll(admissions, byteCount),
    release: (byteCount) => {
      for (const admission of admissions) admission.release(byteCount);
    },
  };
}

function reserveAll(admissions: readonly Admission[], byteCount: number): ConsumeError | undefined {
  for (let index = 0; index < admissions.length; index++) {
    const refusal = admissions[index]?.reserve(byteCount);
    if (refusal === undefined) continue;
    for (const earlier of admissions.slice(0, index)) earlier.release(byteCount);
    return refusal;
  }
  return undefined;
}
