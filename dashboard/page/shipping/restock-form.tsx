import { useId, useState } from 'preact/hooks';
import { printable } from '../../../lib/text.ts';
import type { RestockedProduct, RestockRequest } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { notify } from '../notices/notices.ts';
import { described, FieldError } from '../parts/field.tsx';
import { request } from '../request.ts';
import { useAction } from '../use-action.ts';

interface RestockFormProps {
  productId: string;
  productName: string;
  onRestocked: () => void;
}

/** Adds to the stock of a product; the oldest backorders get it first. */
export function RestockForm({ productId, productName, onRestocked }: RestockFormProps) {
  const { run, busy, error } = useAction();
  const [quantity, setQuantity] = useState('');
  const id = useId();
  const name = printable(productName);

  const add = () =>
    run(async () => {
      const body: RestockRequest = { product_id: productId, quantity: Number(quantity) };
      const restocked = await request<RestockedProduct[]>('restock', { method: 'POST', body });
      setQuantity('');
      for (const { added, scheduled, stock } of restocked) {
        notify({
          text: `${formatCount(added)} × ${name} added: ${formatCount(scheduled)} ${scheduled === 1 ? 'backorder' : 'backorders'} scheduled, ${formatCount(stock)} in stock.`,
        });
      }
      onRestocked();
    });

  return (
    <form
      class="restock"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <label for={id} class="visually-hidden">
        Pieces of {name} to add
      </label>
      <input
        {...described(id, error)}
        type="number"
        inputMode="numeric"
        required
        min={1}
        max={1_000_000_000}
        value={quantity}
        onInput={(event) => setQuantity(event.currentTarget.value)}
      />
      <button type="submit" aria-disabled={busy}>
        Add<span class="visually-hidden"> to the stock of {name}</span>
      </button>
      <FieldError id={id} error={error} />
    </form>
  );
}
