import { toHash } from '../routing/route.ts';
import { Received } from './received.tsx';

/** The heading of a row about an order, which leads to its trace. */
export function OrderCell({ orderId }: { orderId: string }) {
  return (
    <th scope="row">
      <a href={toHash('orders', orderId)}>
        <Received text={orderId} cut />
      </a>
    </th>
  );
}
