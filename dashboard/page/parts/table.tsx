import type { ComponentChildren } from 'preact';
import { toHash } from '../route.ts';
import { Received } from './received.tsx';

/** A table in a region that scrolls by itself if it is wider than the screen. The label is its caption, too. */
export function TableRegion({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard
    <section class="table-region" aria-label={label} tabIndex={0}>
      <table>
        <caption class="visually-hidden">{label}</caption>
        {children}
      </table>
    </section>
  );
}

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

/** The heading of a row about a product. */
export function ProductCell({ id, name }: { id: string; name: string }) {
  return (
    <th scope="row">
      <Received text={name} cut />
      <span class="muted second">
        <Received text={id} cut />
      </span>
    </th>
  );
}
