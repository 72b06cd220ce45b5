const small = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const great = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Per second: `1,234/s`, `0.4/s`, `–` where nobody can tell. */
export function formatRate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return '–';
  return `${(perSecond < 10 ? small : great).format(perSecond)}/s`;
}
