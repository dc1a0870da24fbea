const bits = new DataView(new ArrayBuffer(8));
const exponentShift = 20;
const exponentMask = 0x7ff;

/**
 * `base` to a whole power, with the rounding of Go's `math.Pow`: bucket bounds become tags, so that the last digit
 * decides whether a series is the same as upstream's. Repeated squaring of the fraction, with the exponent kept apart.
 * For a finite `base` above 0.
 */
export function goPower(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1;
  if (exponent === 1) return base;
  let { fraction, exponent: power } = split(base);
  let result = 1;
  let resultPower = 0;
  for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      result *= fraction;
      resultPower += power;
    }
    fraction *= fraction;
    power *= 2;
    if (fraction < 0.5) {
      fraction += fraction;
      power--;
    }
  }
  return exponent < 0 ? scale(1 / result, -resultPower) : scale(result, resultPower);
}

/** `value` as a fraction in [0.5, 1) times a power of two. */
function split(value: number): { fraction: number; exponent: number } {
  // Subnormal numbers have no implicit bit; scaling gives them one.
  const scaled = value < 2 ** -1021 ? value * 2 ** 52 : value;
  bits.setFloat64(0, scaled);
  const high = bits.getUint32(0);
  const exponent = ((high >>> exponentShift) & exponentMask) - 1022;
  bits.setUint32(0, (high & ~(exponentMask << exponentShift)) | (1022 << exponentShift));
  return { fraction: bits.getFloat64(0), exponent: scaled === value ? exponent : exponent - 52 };
}

/** `value` times a power of two, also where the power alone is out of range. */
function scale(value: number, exponent: number): number {
  let result = value;
  let rest = Math.max(-2200, Math.min(2200, exponent));
  for (; rest > 1000; rest -= 1000) result *= 2 ** 1000;
  for (; rest < -1000; rest += 1000) result *= 2 ** -1000;
  return result * 2 ** rest;
}
