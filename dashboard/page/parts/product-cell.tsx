import { Received } from './received.tsx';

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
