/** How a call ended: by the peer's status, or by one that the library made because there was none. */
export interface GrpcAnswer {
  readonly code: number;
  /** Text of the status. */
  readonly details: string;
  /** The peer's `google.rpc.Status`, if it sent one. */
  readonly statusBytes: Uint8Array | undefined;
  /** The message, if the call succeeded. */
  readonly body: Uint8Array | undefined;
  /** The answer was larger than we read. */
  readonly isTooLong: boolean;
}

/** Largest answer that is read, also after decompression; grpc-go's default. */
export const maxAnswerBytes = 4 * 1024 * 1024;
