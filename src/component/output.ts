/** Where console text goes. Never blocks: what a slow reader leaves unread beyond a limit is dropped and counted. */
export interface Output {
  /** UTF-8 text, copied before the call returns. A call is written whole or dropped whole. */
  write(text: Uint8Array | string): void;
  /** What reads it, if that is a terminal. Asked again, it has the width of now. */
  terminal?(): Terminal | undefined;
}

export interface Terminal {
  /** Characters in a line. */
  readonly columns: number;
  /** Whether escape sequences for colours are wanted. */
  readonly hasColour: boolean;
}

export interface Outputs {
  /** `stdout`, `stderr` or a file path (appended). One output per target, shared and closed by the service. */
  open(target: string): Output;
}
