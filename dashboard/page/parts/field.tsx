import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** Attributes that connect a control to its label and its error. */
interface ControlProps {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: 'true';
}

type Problem = string | null | undefined;

const errorIdOf = (id: string) => `${id}-error`;

/** Returns the attributes that connect a control to its label and its error. */
export const controlProps = (id: string, error: Problem): ControlProps => ({
  id,
  ...(error && { 'aria-describedby': errorIdOf(id), 'aria-invalid': 'true' as const }),
});

/** The error message of a control. */
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
  /** Renders the control with the given attributes. */
  children: (controlProps: ControlProps) => ComponentChildren;
}

/** A form control with its label and its error message. */
export function Field({ label, error, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(controlProps(id, error))}
      <FieldError id={id} error={error} />
    </div>
  );
}
