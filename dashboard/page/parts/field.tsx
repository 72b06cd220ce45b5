import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Described {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: 'true';
}

interface FieldProps {
  label: ComponentChildren;
  hint?: string;
  error?: string | null;
  /** Gets what ties the control to its label, hint and error. */
  children: (described: Described) => ComponentChildren;
}

/** A form control with its label, and below it a hint or what is wrong with its value. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(note && { 'aria-describedby': noteId }),
        ...(error && { 'aria-invalid': 'true' as const }),
      })}
      {note && (
        <p id={noteId} class={error ? 'field-error' : 'field-hint'} role={error ? 'alert' : undefined}>
          {note}
        </p>
      )}
    </div>
  );
}
