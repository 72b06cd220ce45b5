import { useId, useState } from 'preact/hooks';
import type { FunctionStatus, ThrottleRequest } from '../../api.ts';
import { notify } from '../notices.tsx';
import { controlProps, FieldError } from '../parts/field.tsx';
import { Tag } from '../parts/tag.tsx';
import { request, useAction } from '../request.ts';

/** Sets the maximum concurrency of each consumer, and pauses or resumes it. */
export function Throttles({ functions }: { functions: readonly FunctionStatus[] }) {
  const consumers = functions.filter(({ mapping }) => mapping !== null);
  return (
    <section class="card" aria-labelledby="throttles-heading">
      <h2 id="throttles-heading">Concurrency</h2>
      <ul class="throttles">
        {consumers.map(
          ({ name, mapping }) => mapping && <ThrottleForm key={name} name={name} mapping={mapping} />,
        )}
      </ul>
    </section>
  );
}

interface ThrottleFormProps {
  /** Function name. */
  name: string;
  mapping: NonNullable<FunctionStatus['mapping']>;
}

function ThrottleForm({ name, mapping: { maximumConcurrency, enabled } }: ThrottleFormProps) {
  const { run, busy, error } = useAction();
  /** Null until the operator edits the field; until then it shows the current maximum. */
  const [draft, setDraft] = useState<string | null>(null);
  const id = useId();
  const set = (body: ThrottleRequest, text: string) =>
    run(async () => {
      await request(`throttle/${encodeURIComponent(name)}`, { method: 'PUT', body });
      setDraft(null);
      notify({ text });
    });

  return (
    <li>
      <form
        class="throttle"
        onSubmit={(event) => {
          event.preventDefault();
          const maximum = Number(draft ?? maximumConcurrency);
          set({ maximumConcurrency: maximum }, `Maximum concurrency of ${name} set to ${maximum}.`);
        }}
      >
        <p class="throttle-name">
          <label for={id}>
            {name}
            <span class="visually-hidden">: maximum concurrency</span>
          </label>
          {enabled ? (
            <span class="muted number">
              {maximumConcurrency === null ? 'No limit' : `Up to ${maximumConcurrency}`}
            </span>
          ) : (
            <Tag kind="warning">Paused</Tag>
          )}
        </p>
        <input
          {...controlProps(id, error)}
          type="number"
          inputMode="numeric"
          required
          min={2}
          max={1_000}
          value={draft ?? maximumConcurrency ?? ''}
          onInput={(event) => setDraft(event.currentTarget.value)}
        />
        <button type="submit" aria-disabled={busy}>
          Set<span class="visually-hidden"> maximum concurrency of {name}</span>
        </button>
        <button
          type="button"
          aria-disabled={busy}
          onClick={() => set({ enabled: !enabled }, enabled ? `Paused ${name}.` : `Resumed ${name}.`)}
        >
          {enabled ? 'Pause' : 'Resume'}
          <span class="visually-hidden"> {name}</span>
        </button>
      </form>
      <FieldError id={id} error={error} />
    </li>
  );
}
