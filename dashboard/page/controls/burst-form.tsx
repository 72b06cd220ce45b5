import { useState } from 'preact/hooks';
import type { Burst, BurstRequest } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { useLiveStore } from '../live/use-live.ts';
import { notify } from '../notices/notices.ts';
import { Field } from '../parts/field.tsx';
import { request } from '../request.ts';
import { useAction } from '../use-action.ts';
import { RateField } from './rate-field.tsx';

/** Starts a burst, and tells how the one before ended. */
export function BurstForm({ last }: { last: Burst | null }) {
  const store = useLiveStore();
  const { run, busy, error } = useAction();
  const [count, setCount] = useState('1000');
  const [rate, setRate] = useState('');
  const isAboutRate = error?.startsWith('ratePerSecond') ?? false;

  const start = () =>
    run(async () => {
      const body: BurstRequest = { count: Number(count), ...(rate && { ratePerSecond: Number(rate) }) };
      const burst = await request<Burst>('burst', { method: 'POST', body });
      store.setBurst(burst);
      notify({ text: `A burst of ${formatCount(burst.requested)} orders has started.` });
    });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      <div class="form-row">
        <p class="muted number burst-note">
          {last
            ? `The last burst sent ${formatCount(last.sent)} of ${formatCount(last.requested)} orders${
                last.failed > 0 ? `, ${formatCount(last.failed)} failed` : ''
              }.`
            : 'Generated orders go to the order queue.'}
        </p>
        <Field label="Orders to generate" error={isAboutRate ? null : error}>
          {(described) => (
            <input
              {...described}
              type="number"
              inputMode="numeric"
              required
              min={1}
              max={1_000_000}
              value={count}
              onInput={(event) => setCount(event.currentTarget.value)}
            />
          )}
        </Field>
        <RateField rate={rate} error={isAboutRate ? error : null} onInput={setRate} />
        <button type="submit" class="primary" aria-disabled={busy}>
          Start burst
        </button>
      </div>
    </form>
  );
}
