/** Where console text goes. Never blocks: what a slow reader leaves unread beyond a limit is dropped and counted. */
export interface Output {
  /** UTF-8 text, copied before the call returns. A call is written whole or dropped whole. */
  write(text: Uint8Array | string): void;
}

export interface Outputs {
  /** `stdout`, `stderr` or a file path (appended). One output per target, shared and closed by the service. */
  open(target: string): Output;
}
