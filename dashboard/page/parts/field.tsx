import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** What ties a control to its label and to its error. */
interface Described {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: 'true';
}

type Problem = string | null | undefined;

const errorIdOf = (id: string) => `${id}-error`;

export const described = (id: string, error: Problem): Described => ({
  id,
  ...(error && { 'aria-describedby': errorIdOf(id), 'aria-invalid': 'true' as const }),
});

/** What is wrong with the value of a control. */
export function FieldError({ id, error }: { id: string; error: Problem }) {
  if (!error) return null;
  return (
    <p id={errorIdOf(id)} class="field-error" role="alert">
      {error}
    </p>
  );
}

interface FieldProps {
  label: ComponentChildren;
  error?: Problem;
  /** Gets what ties the control to its label and error. */
  children: (described: Described) => ComponentChildren;
}

/** A form control with its label, and below it what is wrong with its value. */
export function Field({ label, error, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(described(id, error))}
      <FieldError id={id} error={error} />
    </div>
  );
}
