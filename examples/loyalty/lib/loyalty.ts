import type { Table } from './aws/table.ts';
import type { OrderConsumer } from './records/order-consumer.ts';

/** The points for one order. The key is `order_id`, so a redelivered order is awarded once. */
export interface Award {
  order_id: string;
  email_id: string;
  /** One point per whole unit of the price. */
  points: number;
  /** Epoch milliseconds. `orders reconcile` finds awards by this time. */
  confirmed_at: number;
}

/** Creates the consumer that stores an award for each confirmed order. */
export const createLoyalty = (
  table: Pick<Table, 'insert'>,
): OrderConsumer<Award, { awarded: number; repeated: number }> => ({
  parse: ({ order: { order_id, email_id, price }, confirmed_at }) => ({
    ok: true,
    item: { order_id, email_id: email_id.toLowerCase(), points: Math.floor(price), confirmed_at },
  }),

  async store(awards) {
    const outcomes = await table.insert(awards.map((award) => ({ ...award })));
    let awarded = 0;
    for (const outcome of outcomes) {
      if (!outcome.ok) throw outcome.error;
      if (outcome.value.inserted) awarded++;
    }
    return { awarded, repeated: awards.length - awarded };
  },

  report: {
    noun: 'points',
    verb: 'awarded',
    metrics: {
      PointsAwarded: 'awarded',
      PointsRepeated: 'repeated',
      PointsRejected: 'rejected',
      PointsFailed: 'failed',
    },
  },
});

/**
 * Adds up a customer's points.
 *
 * @throws ServiceError
 */
export async function pointsOf(table: Pick<Table, 'query'>, emailId: string): Promise<number> {
  let sum = 0;
  for await (const { points } of table.query('by-customer', 'email_id', emailId.toLowerCase()))
    sum += Number(points);
  return sum;
}
