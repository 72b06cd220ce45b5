import { useState } from 'preact/hooks';
import { Field } from '../parts/field.tsx';

/** Selectable date ranges. */
const RANGES = {
  day: 'Last 24 hours',
  week: 'Last 7 days',
  month: 'Last 30 days',
  year: 'This year',
  custom: 'Custom range',
} as const;

export type RangeName = keyof typeof RANGES;

export interface SalesRange {
  /** ISO 8601, inclusive. */
  from: string;
  /** ISO 8601, exclusive. */
  to: string;
  /** Period of the trend. */
  by: 'hour' | 'day';
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Longest range with an hourly trend: 72 bars. */
const MAX_HOURLY_MS = 3 * DAY_MS;

/**
 * Returns the range of a choice in whole UTC hours or days, so that no bar covers a partial period.
 *
 * @param custom Dates such as `2026-11-22`, both inclusive; used if `name` is `custom`.
 */
export function rangeOf(name: RangeName, custom: { from: string; to: string }, now: Date): SalesRange {
  if (name === 'custom') {
    const to = Date.parse(custom.to) + DAY_MS;
    const by = to - Date.parse(custom.from) <= MAX_HOURLY_MS ? 'hour' : 'day';
    return { from: new Date(custom.from).toISOString(), to: new Date(to).toISOString(), by };
  }
  if (name === 'year') {
    const year = now.getUTCFullYear();
    return { from: `${year}-01-01T00:00:00.000Z`, to: `${year + 1}-01-01T00:00:00.000Z`, by: 'day' };
  }
  if (name === 'day') return { ...backFrom(now, HOUR_MS, 24), by: 'hour' };
  return { ...backFrom(now, DAY_MS, name === 'week' ? 7 : 30), by: 'day' };
}

/** Returns the range of the last `count` periods, including the current one. */
function backFrom(now: Date, length: number, count: number) {
  const to = (Math.floor(now.getTime() / length) + 1) * length;
  return { from: new Date(to - count * length).toISOString(), to: new Date(to).toISOString() };
}

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
        {(controlProps) => (
          <select
            {...controlProps}
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
            {(controlProps) => (
              <input
                {...controlProps}
                type="date"
                required
                max={custom.to}
                value={custom.from}
                onInput={(event) => setCustom({ ...custom, from: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field label="To">
            {(controlProps) => (
              <input
                {...controlProps}
                type="date"
                required
                min={custom.from}
                value={custom.to}
                onInput={(event) => setCustom({ ...custom, to: event.currentTarget.value })}
              />
            )}
          </Field>
          <button type="submit">Apply</button>
        </>
      )}
    </form>
  );
}
