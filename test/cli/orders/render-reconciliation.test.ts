import { expect, it } from 'vitest';
import { renderReconciliation } from '../../../cli/orders/render-reconciliation.ts';
import { compare, event, row, sent } from '../../operations/reconcile/compare-stage.ts';

it('renderReconciliation names dead letters as the reason if there is no gap', async () => {
  const found = await compare({
    records: [sent('a')],
    sales: [row('a')],
    deadLetters: { shipping: [event('a')] },
  });
  const plain = (text: string) => text;
  const text = renderReconciliation(found, {
    strong: plain,
    faint: plain,
    good: plain,
    bad: plain,
    warning: plain,
  });
  expect(text).toMatch(/\nNot reconciled: confirmed orders are in dead-letter queues\.\n$/);
});
