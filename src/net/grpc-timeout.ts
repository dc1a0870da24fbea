const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/** The value of `grpc-timeout`, at most eight digits and a unit, in milliseconds; undefined if it is none. */
export function parseGrpcTimeout(text: string): number | undefined {
  const unit = unitMs[text.charAt(text.length - 1)];
  if (unit === undefined || text.length < 2 || text.length > 9) return undefined;
  let value = 0;
  for (let index = 0; index < text.length - 1; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value * unit;
}
