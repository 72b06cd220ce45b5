import { useId, useState } from 'preact/hooks';
import type { Burst, BurstRequest } from '../../api.ts';
import { formatCount } from '../format.ts';
import { useLive, useLiveStore } from '../live/live-store.ts';
import { notify } from '../notices.tsx';
import { Field } from '../parts/field.tsx';
import { useFocusFallback } from '../parts/use-focus-fallback.ts';
import { request, useAction } from '../request.ts';

/** Starts a burst of generated orders, or shows the running one. */
export function BurstControl() {
  const burst = useLive((live) => live.status?.burst ?? null);
  useFocusFallback(burst?.running);
  return (
    <section class="burst" aria-labelledby="burst-heading">
      <h2 id="burst-heading" class="visually-hidden">
        Generate orders
      </h2>
      {burst?.running ? <BurstProgress burst={burst} /> : <BurstForm last={burst} />}
    </section>
  );
}

/** Starts a burst and shows the result of the last one. */
function BurstForm({ last }: { last: Burst | null }) {
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
      notify({
        text: `Burst of ${formatCount(burst.requested)} ${burst.requested === 1 ? 'order' : 'orders'} started.`,
      });
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
            ? `Last burst: ${formatCount(last.sent)} of ${formatCount(last.requested)} orders sent${
                last.failed > 0 ? `, ${formatCount(last.failed)} failed` : ''
              }`
            : 'Sends generated orders to the order queue'}
        </p>
        <Field label="Orders to generate" error={isAboutRate ? null : error}>
          {(controlProps) => (
            <input
              {...controlProps}
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

/** The running burst: its progress, its rate and a stop button. */
function BurstProgress({ burst }: { burst: Burst }) {
  const { requested, sent, failed, ratePerSecond } = burst;
  const store = useLiveStore();
  const { run, busy, error } = useAction();
  /** Null until the operator edits the field; until then it shows the current rate. */
  const [draft, setDraft] = useState<string | null>(null);
  const rate = draft ?? String(ratePerSecond ?? '');
  const id = useId();

  const change = () =>
    run(async () => {
      const body = { ratePerSecond: rate === '' ? null : Number(rate) };
      store.setBurst(await request<Burst>('burst', { method: 'PATCH', body }));
      setDraft(null);
      notify({
        text: rate ? `Burst rate set to ${rate} orders per second.` : 'Burst rate limit removed.',
      });
    });
  const stop = () =>
    run(async () => {
      const stopped = await request<Burst>('burst', { method: 'DELETE' });
      store.setBurst(stopped);
      notify({
        text: `Burst stopped after ${formatCount(stopped.sent)} ${stopped.sent === 1 ? 'order' : 'orders'}.`,
      });
    });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change();
      }}
    >
      <div class="form-row">
        <div class="burst-progress">
          <label for={id} class="number">
            {formatCount(sent)} of {formatCount(requested)} sent
            {failed > 0 && <span class="danger">, {formatCount(failed)} failed</span>}
            <span class="muted">
              , {ratePerSecond === null ? 'no limit' : `${formatCount(ratePerSecond)}/s`}
            </span>
          </label>
          <progress id={id} max={requested} value={sent + failed} />
        </div>
        <RateField rate={rate} error={error} onInput={setDraft} />
        <button type="submit" aria-disabled={busy}>
          Update rate
        </button>
        <button type="button" class="danger" aria-disabled={busy} onClick={stop}>
          Stop burst
        </button>
      </div>
    </form>
  );
}

/** The rate of a burst; empty for no limit. */
function RateField({
  rate,
  error,
  onInput,
}: {
  rate: string;
  error: string | null;
  onInput: (rate: string) => void;
}) {
  return (
    <Field label="Orders per second" error={error}>
      {(controlProps) => (
        <input
          {...controlProps}
          type="number"
          inputMode="decimal"
          min={0.1}
          max={1_000_000}
          step="any"
          placeholder="No limit"
          value={rate}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
