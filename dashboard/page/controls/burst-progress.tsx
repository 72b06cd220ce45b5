import { useId, useState } from 'preact/hooks';
import type { Burst } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { useLiveStore } from '../live/use-live.ts';
import { notify } from '../notices/notices.ts';
import { request } from '../request.ts';
import { useAction } from '../use-action.ts';
import { RateField } from './rate-field.tsx';

/** A burst under way: how far it is, its rate, and its end. */
export function BurstProgress({ burst }: { burst: Burst }) {
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
