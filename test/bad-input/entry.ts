/** One piece of hostile input, and what has to become of it. */
export interface Entry<Input, Expected> {
  /** What it tries, in a few words; names are unique over the whole corpus. */
  name: string;
  /** A function makes what is too large to be written down. */
  input: Input;
  expected: Expected;
}
