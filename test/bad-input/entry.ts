/** An input and its expected outcome. */
export interface Entry<Input, Expected> {
  /** Describes the input. Unique within the corpus. */
  name: string;
  /** The input, or a function that creates it if it is large. */
  input: Input;
  expected: Expected;
}
