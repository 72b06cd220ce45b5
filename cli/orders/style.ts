import { styleText } from 'node:util';

/** Colors and weights of text on a terminal. With NO_COLOR, or if stdout is not a terminal, text is not changed. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
}

/** @param stream The stream that the text is written to. */
export function createStyle(stream: NodeJS.WriteStream): Style {
  const styled = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(format, text, { stream });
  return {
    strong: styled('bold'),
    faint: styled('dim'),
    good: styled('green'),
    bad: styled('red'),
    warning: styled('yellow'),
  };
}
