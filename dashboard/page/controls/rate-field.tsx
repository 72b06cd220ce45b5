import { Field } from '../parts/field.tsx';

/** The rate of a burst; empty where there is no limit. */
export function RateField({
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
