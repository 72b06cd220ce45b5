import { expect, test } from 'vitest';
import { reportCsv } from '../../lib/report/report-csv.ts';

const RANGE = { from: '2026-11-01T06:00:00.000Z', to: '2026-11-10T18:00:00.000Z' };
const FIGURES = { orders: 2, revenue: 20, average_order: 10 };

test.each([
  [
    'product',
    { product_id: 'P-1', product_name: 'Kettle', share: 0.5 },
    'product_id,product_name,orders,revenue,average_order,share\r\nP-1,Kettle,2,20,10,0.5\r\n',
  ],
  [
    'customer',
    { email_id: 'jane@example.com', share: 0.5 },
    'email_id,orders,revenue,average_order,share\r\njane@example.com,2,20,10,0.5\r\n',
  ],
  ...(['hour', 'day'] as const).map(
    (by) =>
      [
        by,
        { period: RANGE.from, share: 0.5, moving_average: 20, change: null },
        'period,orders,revenue,average_order,share,moving_average,change\r\n2026-11-01T06:00:00.000Z,2,20,10,0.5,20,\r\n',
      ] as const,
  ),
] as const)('a report by %s is a file of its rows, named after what is in it', (by, row, csv) => {
  const report = { ...RANGE, by, totals: FIGURES, rows: [{ ...FIGURES, ...row }] };
  expect(reportCsv(report)).toEqual({ name: `sales-by-${by}-2026-11-01-to-2026-11-10.csv`, csv });
});
