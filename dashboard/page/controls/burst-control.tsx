import { useLive } from '../live/use-live.ts';
import { useKeptFocus } from '../parts/use-kept-focus.ts';
import { BurstForm } from './burst-form.tsx';
import { BurstProgress } from './burst-progress.tsx';

/** Generates orders: starts a burst, or shows the one under way. */
export function BurstControl() {
  const burst = useLive((live) => live.status?.burst ?? null);
  useKeptFocus(burst?.running);
  return (
    <section class="burst" aria-labelledby="burst-heading">
      <h2 id="burst-heading" class="visually-hidden">
        Generate orders
      </h2>
      {burst?.running ? <BurstProgress burst={burst} /> : <BurstForm last={burst} />}
    </section>
  );
}
