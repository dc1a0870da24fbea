import { ConsumeError } from "../../../src/component/consume-error.ts";

/** The error that a promise rejects with; throws when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<ConsumeError> {
  try {
    await promise;
  } catch (error) {
    return ConsumeError.from(error);
  }
  throw new Error("Waited for a failure in vain: it went well");
}
