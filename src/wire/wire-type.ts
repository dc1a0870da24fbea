/** How a field's bytes end: https://protobuf.dev/programming-guides/encoding/#structure */
export const WireType = {
  varint: 0,
  fixed64: 1,
  lengthDelimited: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const;

export type WireType = (typeof WireType)[keyof typeof WireType];
