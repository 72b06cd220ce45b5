import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Described {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: 'true';
}

interface FieldProps {
  label: ComponentChildren;
  error?: string | null;
  /** Gets what ties the control to its label and error. */
  children: (described: Described) => ComponentChildren;
}

/** A form control with its label, and below it what is wrong with its value. */
export function Field({ label, error, children }: FieldProps) {
  const id = useId();
  const errorId = `${id}-error`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(error && { 'aria-describedby': errorId, 'aria-invalid': 'true' as const }),
      })}
      {error && (
        <p id={errorId} class="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
