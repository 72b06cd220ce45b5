import { useId, useState } from 'preact/hooks';
import type { Burst, BurstRequest } from '../../api.ts';
import { formatCount } from '../format.ts';
import { useLive, useLiveStore } from '../live/live-store.ts';
import { notify } from '../notices.tsx';
import { Field } from '../parts/field.tsx';
import { useKeptFocus } from '../parts/use-kept-focus.ts';
import { request, useAction } from '../request.ts';

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

/** Starts a burst, and tells how the one before ended. */
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

/** A burst under way: how far it is, its rate, and its end. */
function BurstProgress({ burst }: { burst: Burst }) {
  const { requested, sent, failed, ratePerSecond } = burst;
  const store = useLiveStore();
  const { run, busy, error } = useAction();
  /** Null until the operator writes: then it shows what is set. */
  const [written, setWritten] = useState<string | null>(null);
  const rate = written ?? String(ratePerSecond ?? '');
  const id = useId();

  const change = () =>
    run(async () => {
      const body = { ratePerSecond: rate === '' ? null : Number(rate) };
      store.setBurst(await request<Burst>('burst', { method: 'PATCH', body }));
      setWritten(null);
      notify({
        text: rate ? `The burst goes on at ${rate} orders a second.` : 'The burst goes on without a limit.',
      });
    });
  const stop = () =>
    run(async () => {
      const stopped = await request<Burst>('burst', { method: 'DELETE' });
      store.setBurst(stopped);
      notify({ text: `The burst has been stopped after ${formatCount(stopped.sent)} orders.` });
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
        <RateField rate={rate} error={error} onInput={setWritten} />
        <button type="submit" aria-disabled={busy}>
          Change rate
        </button>
        <button type="button" class="danger" aria-disabled={busy} onClick={stop}>
          Stop burst
        </button>
      </div>
    </form>
  );
}

/** The rate of a burst; empty where there is no limit. */
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
    <Field label="Orders a second" error={error}>
      {(described) => (
        <input
          {...described}
          type="number"
          inputMode="decimal"
          min={0.1}
          max={1_000_000}
          step="any"
          placeholder="no limit"
          value={rate}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
