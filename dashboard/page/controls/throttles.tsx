import { useId, useState } from 'preact/hooks';
import type { FunctionStatus, ThrottleRequest } from '../../api.ts';
import { notify } from '../notices.tsx';
import { described, FieldError } from '../parts/field.tsx';
import { Tag } from '../parts/tag.tsx';
import { request, useAction } from '../request.ts';

/** The throttle of each function that works on a queue. */
export function Throttles({ functions }: { functions: readonly FunctionStatus[] }) {
  const consumers = functions.filter(({ mapping }) => mapping !== null);
  return (
    <section class="card" aria-labelledby="throttles-heading">
      <h2 id="throttles-heading">Throttles</h2>
      <ul class="throttles">
        {consumers.map(
          ({ name, mapping }) => mapping && <ThrottleForm key={name} name={name} mapping={mapping} />,
        )}
      </ul>
    </section>
  );
}

interface ThrottleFormProps {
  /** Of the function. */
  name: string;
  mapping: NonNullable<FunctionStatus['mapping']>;
}

/** How many of a function may run at once, and whether it gets messages at all. */
function ThrottleForm({ name, mapping: { maximumConcurrency, enabled } }: ThrottleFormProps) {
  const { run, busy, error } = useAction();
  /** Null until the operator writes: then it shows what is set. */
  const [written, setWritten] = useState<string | null>(null);
  const id = useId();
  const set = (body: ThrottleRequest, text: string) =>
    run(async () => {
      await request(`throttle/${encodeURIComponent(name)}`, { method: 'PUT', body });
      setWritten(null);
      notify({ text });
    });

  return (
    <li>
      <form
        class="throttle"
        onSubmit={(event) => {
          event.preventDefault();
          const maximum = Number(written ?? maximumConcurrency);
          set({ maximumConcurrency: maximum }, `Up to ${maximum} of ${name} run at once.`);
        }}
      >
        <p class="throttle-name">
          <label for={id}>
            {name}
            <span class="visually-hidden">: most at once</span>
          </label>
          {enabled ? (
            <span class="muted number">
              {maximumConcurrency === null ? 'no limit' : `up to ${maximumConcurrency}`}
            </span>
          ) : (
            <Tag kind="warning">paused</Tag>
          )}
        </p>
        <input
          {...described(id, error)}
          type="number"
          inputMode="numeric"
          required
          min={2}
          max={1_000}
          value={written ?? maximumConcurrency ?? ''}
          onInput={(event) => setWritten(event.currentTarget.value)}
        />
        <button type="submit" aria-disabled={busy}>
          Set<span class="visually-hidden"> how many of {name} run at once</span>
        </button>
        <button
          type="button"
          aria-disabled={busy}
          onClick={() => set({ enabled: !enabled }, enabled ? `${name} is paused.` : `${name} goes on.`)}
        >
          {enabled ? 'Pause' : 'Resume'}
          <span class="visually-hidden"> {name}</span>
        </button>
      </form>
      <FieldError id={id} error={error} />
    </li>
  );
}
