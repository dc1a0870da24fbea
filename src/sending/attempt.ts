import type { Payload, SendResult } from "./sender.ts";

/** One try to send a payload, in the terms of `Sender.send`: what the layers around it wrap. */
export type Attempt<P extends Payload> = (payload: P, signal: AbortSignal) => Promise<SendResult<P>>;
