import { useState } from 'preact/hooks';
import { Field } from '../parts/field.tsx';
import { RANGES, type RangeName, rangeOf, type SalesRange } from './sales-range.ts';

/** Chooses the range of a sales report. */
export function RangePicker({
  name,
  onPick,
}: {
  name: RangeName;
  onPick: (name: RangeName, range: SalesRange) => void;
}) {
  const [custom, setCustom] = useState(() => {
    const { from, to } = rangeOf('month', { from: '', to: '' }, new Date());
    return { from: from.slice(0, 10), to: new Date(Date.parse(to) - 1).toISOString().slice(0, 10) };
  });
  return (
    <form
      class="range"
      onSubmit={(event) => {
        event.preventDefault();
        onPick('custom', rangeOf('custom', custom, new Date()));
      }}
    >
      <Field label="Range">
        {(described) => (
          <select
            {...described}
            value={name}
            onChange={(event) => {
              const picked = event.currentTarget.value as RangeName;
              onPick(picked, rangeOf(picked, custom, new Date()));
            }}
          >
            {Object.entries(RANGES).map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      {name === 'custom' && (
        <>
          <Field label="From">
            {(described) => (
              <input
                {...described}
                type="date"
                required
                max={custom.to}
                value={custom.from}
                onInput={(event) => setCustom({ ...custom, from: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field label="To">
            {(described) => (
              <input
                {...described}
                type="date"
                required
                min={custom.from}
                value={custom.to}
                onInput={(event) => setCustom({ ...custom, to: event.currentTarget.value })}
              />
            )}
          </Field>
          <button type="submit">Show</button>
        </>
      )}
    </form>
  );
}
