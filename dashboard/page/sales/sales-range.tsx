import { useState } from 'preact/hooks';
import { Field } from '../parts/field.tsx';

/** Ranges that sales are looked at over. */
const RANGES = {
  day: 'Last 24 hours',
  week: 'Last 7 days',
  month: 'Last 30 days',
  year: 'This year',
  custom: 'From … to …',
} as const;

export type RangeName = keyof typeof RANGES;

export interface SalesRange {
  /** ISO 8601, inclusive. */
  from: string;
  /** ISO 8601, exclusive. */
  to: string;
  /** Of the trend. */
  by: 'hour' | 'day';
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Up to so long a trend is by the hour: 72 bars. */
const HOURLY_MS = 3 * DAY_MS;

/**
 * The range that a choice stands for, in whole hours or days of UTC, so that no bar is of a part of one.
 *
 * @param custom dates such as `2026-11-22`, the last one included
 */
export function rangeOf(name: RangeName, custom: { from: string; to: string }, now: Date): SalesRange {
  if (name === 'custom') {
    const to = Date.parse(custom.to) + DAY_MS;
    const by = to - Date.parse(custom.from) <= HOURLY_MS ? 'hour' : 'day';
    return { from: new Date(custom.from).toISOString(), to: new Date(to).toISOString(), by };
  }
  if (name === 'year') {
    const year = now.getUTCFullYear();
    return { from: `${year}-01-01T00:00:00.000Z`, to: `${year + 1}-01-01T00:00:00.000Z`, by: 'day' };
  }
  if (name === 'day') return { ...backFrom(now, HOUR_MS, 24), by: 'hour' };
  return { ...backFrom(now, DAY_MS, name === 'week' ? 7 : 30), by: 'day' };
}

/** So many periods, the one that is under way included. */
function backFrom(now: Date, length: number, count: number) {
  const to = (Math.floor(now.getTime() / length) + 1) * length;
  return { from: new Date(to - count * length).toISOString(), to: new Date(to).toISOString() };
}

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
