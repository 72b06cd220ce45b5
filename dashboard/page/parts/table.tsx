import type { ComponentChildren } from 'preact';
import { toHash } from '../route.ts';
import { UntrustedText } from './untrusted-text.tsx';

/** A table in a region that scrolls if it is wider than the screen. The label is also its caption. */
export function TableRegion({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <section class="table-region" aria-label={label} tabIndex={0}>
      <table>
        <caption class="visually-hidden">{label}</caption>
        {children}
      </table>
    </section>
  );
}

/** The row header of an order, linked to its trace. */
export function OrderCell({ orderId }: { orderId: string }) {
  return (
    <th scope="row">
      <a href={toHash('orders', orderId)}>
        <UntrustedText text={orderId} cut />
      </a>
    </th>
  );
}

/** The row header of a product. */
export function ProductCell({ id, name }: { id: string; name: string }) {
  return (
    <th scope="row">
      <UntrustedText text={name} cut />
      <span class="muted second">
        <UntrustedText text={id} cut />
      </span>
    </th>
  );
}
