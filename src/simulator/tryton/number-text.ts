/** A quantity as exact decimal text without an exponent: 1e-7 becomes 0.0000001. Quantities are floats in this system. */
export const fixedText = (value: number): string => {
  const shown = String(value)
  if (!shown.includes('e')) return shown
  return value.toFixed(12).replace(/\.?0+$/, '')
}

/** Sum or difference of float quantities without the dust of binary fractions. */
export const settled = (value: number): number => Math.round(value * 1e9) / 1e9
