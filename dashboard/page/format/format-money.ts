const format = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `1,234.50`: amounts are in the shop's one currency. */
export const formatMoney = (amount: number): string => format.format(amount);
